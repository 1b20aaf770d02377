// accepted
WITH 1 AS a CALL (*) { RETURN a AS b } RETURN b
CALL () { RETURN 1 AS a } RETURN a

// refused
CALL (a.b) { RETURN 1 AS x } RETURN x
