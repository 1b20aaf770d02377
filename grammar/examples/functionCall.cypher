// accepted
RETURN count(DISTINCT n)
RETURN date()

// refused
RETURN f(1
RETURN f(DISTINCT 1,)
