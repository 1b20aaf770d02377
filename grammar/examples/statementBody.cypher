// accepted
COMMIT
RETURN 1
SHOW LABELS

// refused
COMIT
1 + 1
