// accepted
CALL p() YIELD *
CALL p() YIELD a, b RETURN a

// refused
CALL p() YIELD * RETURN 1
CALL p() YIELD RETURN 1
