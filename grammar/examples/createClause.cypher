// accepted
CREATE (a:A {x: 1})-[:R]->(b)
CREATE (), ()

// refused
CREATE a
CREATE
