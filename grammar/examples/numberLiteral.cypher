// accepted
RETURN 1, 1.5, .5, 1e3, 2.5E-3, 1_000, 1.5f, 2d

// refused
RETURN 1.34E999
RETURN 12ab
RETURN 1__0
