// accepted
CREATE INDEX FOR ()-[r:R]->() ON (r.x)
CREATE INDEX FOR ()<-[r:R]-() ON (r.x)

// refused
CREATE INDEX FOR (a)-[r:R]-(b) ON (r.x)
