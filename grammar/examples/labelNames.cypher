// accepted
MATCH (n) SET n:A:B
MATCH (n) SET n IS A

// refused
MATCH (n) SET n:A|B
MATCH (n) SET n:
