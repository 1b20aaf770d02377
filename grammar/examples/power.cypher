// accepted
RETURN 2 ^ 3 ^ 2

// refused
RETURN 2 ^
