// accepted
RETURN 1
RETURN *

// refused
RETURN
RETRUN 1
