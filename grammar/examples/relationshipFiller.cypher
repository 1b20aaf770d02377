// accepted
MATCH ()-[r:R*1..2 {x: 1} WHERE true]-() RETURN r

// refused
MATCH ()-[r:R {x: 1} *2]-() RETURN r
MATCH ()-[r:R..]-() RETURN r
