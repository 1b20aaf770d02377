// accepted
RETURN a XOR b

// refused
RETURN a XOR
