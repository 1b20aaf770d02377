// accepted
MATCH p = shortestPath((a)-[*]->(b)) RETURN p
MATCH (a), (b) RETURN allShortestPaths((a)-[*..5]-(b))

// refused
MATCH p = shortestPath((a)) RETURN p
MATCH p = shortestPath((a)-->(b)-->(c)) RETURN p
