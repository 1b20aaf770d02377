// accepted
CALL p()
CALL p(1, 'a')

// refused
CALL p(1,)
CALL p(1
