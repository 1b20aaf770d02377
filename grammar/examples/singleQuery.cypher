// accepted
MATCH (n) WITH n MATCH (n)-->(m) RETURN m

// refused
n
