// accepted
CREATE INDEX FOR (n:A) ON (n.x)

// refused
CREATE INDEX FOR (n) ON (n.x)
CREATE INDEX FOR (n:A:B) ON (n.x)
