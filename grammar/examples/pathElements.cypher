// accepted
MATCH (a)-->(b)<--(c) RETURN a
MATCH (a) ((x)-->(y))+ (b)-->(c) RETURN a

// refused
MATCH (a)-->((b)-->(c))+ RETURN a
MATCH (a)-->-->(b) RETURN a
