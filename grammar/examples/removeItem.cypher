// accepted
MATCH (n) REMOVE n:A

// refused
MATCH (n) REMOVE n
MATCH (n) REMOVE n.x = 1
