// accepted
RETURN trim(FROM n.text)
RETURN trim(LEADING 'x' FROM n.text)
RETURN trim(TRAILING FROM n.text)
RETURN trim(BOTH 'x' FROM 'xax')
RETURN trim('x' FROM n.text)

// refused
RETURN trim(LEADING 'x' FROM)
RETURN trim(BOTH TRAILING 'x' FROM n.text)
RETURN trim('x' FROM n.text, 1)
