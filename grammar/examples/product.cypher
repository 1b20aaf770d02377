// accepted
RETURN 1 * 2 / 3 % 4

// refused
RETURN 1 */ 2
