// accepted
RETURN x IS :: INTEGER | FLOAT

// refused
RETURN x IS :: INTEGER |
RETURN x IS :: NUMBER
