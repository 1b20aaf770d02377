// accepted
MATCH ()-->{2}() RETURN 1
MATCH ()-->{,3}() RETURN 1
MATCH ()-->*() RETURN 1

// refused
MATCH ()-->{}() RETURN 1
MATCH ()-->{3,1}() RETURN 1
