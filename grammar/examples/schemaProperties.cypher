// accepted
CREATE INDEX FOR (n:A) ON (n.x, n.y)

// refused
CREATE INDEX FOR (n:A) ON ()
