// accepted
MATCH (n) REMOVE n.x, n:A

// refused
MATCH (n) REMOVE
