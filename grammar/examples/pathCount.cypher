// accepted
MATCH ANY 3 (a)-->+(b) RETURN a

// refused
MATCH SHORTEST 0 (a)-->+(b) RETURN a
MATCH SHORTEST 1.5 (a)-->+(b) RETURN a
