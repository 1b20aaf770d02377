// accepted
CREATE INDEX IF NOT EXISTS FOR (n:A) ON (n.x)
CREATE INDEX `my index` FOR (n:A) ON (n.x)

// refused
CREATE INDEX i IF EXISTS FOR (n:A) ON (n.x)
