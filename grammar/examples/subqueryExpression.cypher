// accepted
MATCH (n) WHERE EXISTS { (n)-->(m) WHERE m.x > 1 } RETURN n
RETURN COUNT { MATCH (n) RETURN n }
RETURN COLLECT { MATCH (n) RETURN n.x }

// refused
RETURN EXISTS { }
RETURN COUNT { (n) | n }
