// accepted
MATCH (n:A {x: 1} WHERE n.y > 2) RETURN n
MATCH () RETURN 1

// refused
MATCH (n.x) RETURN n
MATCH (n {x = 1}) RETURN n
