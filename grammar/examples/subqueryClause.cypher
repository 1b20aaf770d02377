// accepted
CALL { RETURN 1 AS a } RETURN a
MATCH (n) CALL (n) { RETURN n.x AS x } RETURN x

// refused
CALL { } RETURN 1
CALL { RETURN 1 AS a RETURN a
