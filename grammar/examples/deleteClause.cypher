// accepted
MATCH (n) DELETE n
MATCH (n)-[r]->() DETACH DELETE n, r

// refused
MATCH (n) DETACH n
MATCH (n) DELETE
