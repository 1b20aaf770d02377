// accepted
RETURN [x IN [n] WHERE x:A | x]
RETURN [x IN [n] WHERE (x:A|B) | x]

// refused
RETURN [x IN [n] WHERE x:A|B | x]
