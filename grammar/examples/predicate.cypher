// accepted
RETURN n.name STARTS WITH 'a'
RETURN 1 IN [1] IN [true]
RETURN n:A
RETURN 'a' =~ 'b'

// refused
RETURN 'a' STARTS 'b'
RETURN 1 IN
