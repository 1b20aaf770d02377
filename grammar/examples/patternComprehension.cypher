// accepted
MATCH (a) RETURN [p = (a)-->(b) WHERE b:B | p]

// refused
MATCH (a) RETURN [(a)-->(b) WHERE b:B]
