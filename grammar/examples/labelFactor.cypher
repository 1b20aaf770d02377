// accepted
MATCH (n:!(A|B)) RETURN n
MATCH (n:%) RETURN n
MATCH (n:!!A) RETURN n

// refused
MATCH (n:(A) RETURN n
MATCH (n:!) RETURN n
