// accepted
MATCH (n) SET (n).x = 1
MATCH (n) REMOVE n.a, n['b']

// refused
MATCH (n) REMOVE (n)
MATCH (n) SET f(n) = 1
