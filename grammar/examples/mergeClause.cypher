// accepted
MERGE (n:A {x: 1}) ON CREATE SET n.y = 1 ON MATCH SET n.y = 2

// refused
MERGE (a), (b)
MERGE
