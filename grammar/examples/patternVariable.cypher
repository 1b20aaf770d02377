// accepted
MATCH (order:Order) RETURN order.total
MATCH (`where`) RETURN 1

// refused
MATCH (1) RETURN 1
