// accepted
RETURN reduce(s = 0, x IN [1, 2] | s + x)

// refused
RETURN reduce(s = 0, x IN [1, 2])
RETURN reduce(s = 0 | s)
