// accepted
RETURN 1 + 1 AS two
RETURN 1 AS `two words`

// refused
RETURN 1 AS
RETURN 1 AS 2
