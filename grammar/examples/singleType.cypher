// accepted
RETURN x IS :: STRING NOT NULL
RETURN x IS :: STRING!

// refused
RETURN x IS :: STRING NOT
