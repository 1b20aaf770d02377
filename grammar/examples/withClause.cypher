// accepted
WITH 1 AS a WHERE a > 0 RETURN a
WITH * RETURN 1

// refused
WITH WHERE true RETURN 1
