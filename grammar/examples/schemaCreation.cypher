// accepted
CREATE INDEX FOR (n:A) ON (n.x)

// refused
CREATE INDX FOR (n:A) ON (n.x)
