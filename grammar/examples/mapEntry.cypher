// accepted
RETURN {`a b`: 1, order: 2}

// refused
RETURN {a = 1}
RETURN {'a': 1}
RETURN {1a: 1}
