// accepted
MATCH (n) WHERE (n)-[:R]->(:A) RETURN n
MATCH (n) WHERE NOT (n)--() RETURN n

// refused
MATCH (n) WHERE (n)-[:R]->() RETURN (n)-[
MATCH (n) WHERE (n)-[:R RETURN n
