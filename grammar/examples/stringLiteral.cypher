// accepted
RETURN 'it''s', "a\n\u00e9\U01F600", 'a\'b'

// refused
RETURN 'a
RETURN '\uH'
RETURN '\q'
