// accepted
RETURN 1 < x <= 3
RETURN a <> b

// refused
RETURN a == b
RETURN a != b
