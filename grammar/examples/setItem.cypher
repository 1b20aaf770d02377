// accepted
MATCH (n) SET n = {a: 1}, n += $more, n.x = 2, n:A:B, n['y'] = 3

// refused
MATCH (n) SET n == 1
MATCH (n) SET n.x += 1
SET 1 = 2
