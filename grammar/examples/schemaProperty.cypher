// accepted
CREATE INDEX FOR (n:A) ON (n.`x y`)

// refused
CREATE INDEX FOR (n:A) ON (m.x)
CREATE INDEX FOR (n:A) ON (x)
