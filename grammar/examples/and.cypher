// accepted
RETURN a AND b AND c

// refused
RETURN a AND
RETURN a && b
