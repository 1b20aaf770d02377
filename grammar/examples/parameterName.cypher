// accepted
RETURN $x, $1, $`a b`, $order

// refused
RETURN $
RETURN $ x
