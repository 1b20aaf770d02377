// accepted
DROP INDEX people
DROP CONSTRAINT c IF EXISTS

// refused
DROP people
DROP INDEX
