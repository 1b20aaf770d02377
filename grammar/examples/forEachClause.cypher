// accepted
FOREACH (x IN [1, 2] | CREATE (:A {x: x}) MERGE (:B))

// refused
FOREACH (x IN [1, 2] CREATE ())
FOREACH (x IN [1, 2] |)
FOREACH x IN [1] | CREATE ()
