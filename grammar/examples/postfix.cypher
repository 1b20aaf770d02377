// accepted
RETURN a.b.c[0][1..2].d

// refused
RETURN a.
RETURN a.1
