// accepted
RETURN n, `a b`, order.total
RETURN n {.a}

// refused
RETURN n m
RETURN n {a: }
