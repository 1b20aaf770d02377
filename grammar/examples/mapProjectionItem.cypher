// accepted
RETURN n {.*, .name, other, key: 1}

// refused
RETURN n {*}
RETURN n {.}
