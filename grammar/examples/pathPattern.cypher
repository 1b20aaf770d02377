// accepted
MATCH p = (a)-->(b) RETURN p
MATCH p = ANY SHORTEST (a)-->+(b) RETURN p

// refused
MATCH p (a)-->(b) RETURN p
