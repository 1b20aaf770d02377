// accepted
MATCH (n) RETURN n
OPTIONAL MATCH (n)-->(m) RETURN m

// refused
MATCH n RETURN n
OPTIONAL (n) RETURN n
