// accepted
RETURN []
RETURN [x IN [1] | x]
RETURN [(a)-->(b) | b]

// refused
RETURN [
RETURN [1 2]
