// accepted
MATCH (n:`two words` {ORDER: 1}) RETURN n.`a``b`

// refused
MATCH (n:'a') RETURN n
RETURN `a
