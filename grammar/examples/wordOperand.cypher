// accepted
RETURN NULL, true, False
RETURN count(*)

// refused
RETURN count(*, 1)
RETURN WHERE n
