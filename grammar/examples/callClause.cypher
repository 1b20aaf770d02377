// accepted
CALL db.labels()
OPTIONAL CALL db.labels() YIELD label RETURN label

// refused
CALL
OPTIONAL CALL
