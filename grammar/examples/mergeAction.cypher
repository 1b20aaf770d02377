// accepted
MERGE (n) ON MATCH SET n.y = 2, n.z = 3

// refused
MERGE (n) ON DELETE SET n.y = 2
MERGE (n) ON MATCH n.y = 2
