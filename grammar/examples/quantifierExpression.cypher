// accepted
RETURN all(x IN [1] WHERE x > 0), any(x IN [1] WHERE true), none(x IN [] WHERE x), single(x IN [1] WHERE true)

// refused
RETURN all(x IN [1])
RETURN any(x IN [1] | x)
