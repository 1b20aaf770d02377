// accepted
MATCH (a)<-[r]->(b) RETURN r
MATCH (a)<--(b) RETURN a

// refused
MATCH (a)-[r]=>(b) RETURN r
MATCH (a)->(b) RETURN a
