// accepted
RETURN {}
RETURN {a: 1, b: {c: 2}}

// refused
RETURN {1}
RETURN {, }
RETURN {a: 1
