// accepted
MATCH (a), (b) WHERE a.x = b.x RETURN a

// refused
MATCH (a) (b) RETURN a
MATCH (a), RETURN a
