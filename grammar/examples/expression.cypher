// accepted
RETURN 1 + 2 * 3 = 7 AND NOT false

// refused
RETURN 1 +
RETURN * 2 +
