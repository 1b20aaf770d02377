// accepted
MATCH (n:A|B&!C) RETURN n
MATCH (n) WHERE n:A|B RETURN n

// refused
MATCH (n:A||B) RETURN n
MATCH (n:A|) RETURN n
