// accepted
MATCH ((a)-[r]->(b) WHERE a.x < b.x){1,3} RETURN r
MATCH (p = (a)-->(b)) RETURN p

// refused
MATCH ((a)-->(b)+ RETURN a
MATCH (WHERE true (a)) RETURN 1
