// accepted
RETURN l[0], l[1..], l[..2], l[..]

// refused
RETURN l[]
RETURN l[1
