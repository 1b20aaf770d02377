// accepted
MERGE (n)
DETACH DELETE n

// refused
MTACH (n)
SELECT 1
