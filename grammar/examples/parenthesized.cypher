// accepted
RETURN ((1))

// refused
RETURN ()
RETURN (1
