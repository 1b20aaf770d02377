// accepted
RETURN 1, 'a', $x, (1), [1], {a: 1}, null, n, f(x)

// refused
RETURN )
RETURN #
