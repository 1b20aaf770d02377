// accepted
CALL p() YIELD a AS b RETURN b

// refused
CALL p() YIELD a.b RETURN 1
