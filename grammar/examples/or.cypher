// accepted
RETURN a OR b OR c

// refused
RETURN a OR
RETURN OR b + 1
