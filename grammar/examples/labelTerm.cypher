// accepted
MATCH (n:A&B:C) RETURN n

// refused
MATCH (n:&A) RETURN n
