// accepted
MATCH (n) WHERE n.age > 3 RETURN n

// refused
MATCH (n) WHERE RETURN n
MATCH (n) WEHRE n.age > 3 RETURN n
