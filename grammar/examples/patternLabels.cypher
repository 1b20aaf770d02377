// accepted
MATCH (n:A:B) RETURN n
MATCH (n IS A) RETURN n
MATCH ()-[:A|:B]->() RETURN 1

// refused
MATCH (n:) RETURN n
