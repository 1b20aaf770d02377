// accepted
MATCH ()-[*]-() RETURN 1
MATCH ()-[*2..]-() RETURN 1
MATCH ()-[*..3]-() RETURN 1

// refused
MATCH ()-[*-2]-() RETURN 1
MATCH ()-[*1.5]-() RETURN 1
