// accepted
MATCH (a)-[:R]->{1,3}(b) RETURN b
MATCH (a)--(b) RETURN b

// refused
MATCH (a)-[:R*2]->+(b) RETURN b
MATCH (a)-[:R]>(b) RETURN b
