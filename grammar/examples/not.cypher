// accepted
RETURN NOT NOT a
RETURN NOT a = b

// refused
RETURN a = NOT b
RETURN NOT
