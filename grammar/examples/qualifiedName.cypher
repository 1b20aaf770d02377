// accepted
RETURN date.truncate('day', d)
CALL a.b.c()

// refused
CALL a..b()
