// accepted
CALL test.my.proc
CALL test.my.proc('a', 1) YIELD city WHERE city <> 'x' RETURN city

// refused
CALL test.(1)
CALL test.my.proc() WHERE true RETURN 1
