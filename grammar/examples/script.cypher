// accepted
RETURN 1; RETURN 2;
;;RETURN 1
RETURN 1 // done

// refused
RETURN 1 RETURN 2 LIMIT
RETURN 1, ;
