// accepted
UNWIND [1, 2] AS x RETURN x

// refused
UNWIND [1, 2] RETURN 1
UNWIND AS x RETURN x
