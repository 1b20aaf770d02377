// accepted
RETURN [x IN [1, 2] WHERE x > 1 | x * 2]
RETURN [x IN [1, 2]]

// refused
RETURN [x IN [1] |]
RETURN [x IN [1] WHERE]
