// accepted
CREATE INDEX people IF NOT EXISTS FOR (n:Person) ON (n.name, n.born)
CREATE TEXT INDEX FOR ()-[r:KNOWS]-() ON (r.since)
CREATE RANGE INDEX i FOR (n:A) ON (n.x)

// refused
CREATE INDEX ON :Person(name)
CREATE INDEX FOR (n:A) ON n.x
