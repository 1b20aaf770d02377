// accepted
RETURN 1 + 2 - 3
RETURN 'a' || 'b'

// refused
RETURN 1 +
RETURN 42 — 41
