// accepted
RETURN [1, 2, 3]
RETURN [x IN [1], true]

// refused
RETURN [1,]
RETURN [,]
