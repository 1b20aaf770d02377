// accepted
MATCH (n) SET n.x = 1, n:A

// refused
MATCH (n) SET
MATCH (n) SET n
