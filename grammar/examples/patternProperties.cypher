// accepted
MATCH ({x: 1}) RETURN 1
CREATE (n $properties)

// refused
MATCH (n [1]) RETURN n
