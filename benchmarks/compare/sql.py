"""The queries of the workloads in SQL, for the tables that load.py makes of a customer graph (FRIEND once for each pair,
`friend (a, b)`) and for one table a file of a social network. Placeholders are those of both SQLite and DuckDB."""

FRIENDS = "(SELECT a, b FROM friend UNION ALL SELECT b, a FROM friend)"

# name: (text, names of its parameters in order)
CRM = {
    "lookup": ("SELECT name FROM customer WHERE id = ?", ["id"]),
    "hop1": ("SELECT b FROM friend WHERE a = ? UNION ALL SELECT a FROM friend WHERE b = ?", ["id", "id"]),
    "timeline": ("SELECT i.id, i.ts, ch.name, i.sentiment FROM interaction i JOIN channel ch ON ch.id = i.channel_id "
                 "WHERE i.customer_id = ? ORDER BY i.ts DESC, i.id LIMIT 10", ["id"]),
    "hop2": ("WITH f AS (SELECT b FROM friend WHERE a = ? UNION SELECT a FROM friend WHERE b = ?), "
             "g AS (SELECT b FROM f UNION SELECT friend.b FROM f JOIN friend ON friend.a = f.b "
             "UNION SELECT friend.a FROM f JOIN friend ON friend.b = f.b) SELECT count(*) FROM g WHERE b <> ?",
             ["id", "id", "id"]),
    "contains": ("SELECT count(*) FROM customer WHERE instr(name, ?) > 0", ["s"]),
    "top20": ("SELECT customer_id, sum(total_cents) AS s FROM purchase GROUP BY 1 ORDER BY s DESC, 1 LIMIT 20", []),
    "revenue": ("SELECT c.country, o.month, sum(o.total_cents) FROM purchase o JOIN customer c ON c.id = o.customer_id "
                "GROUP BY 1, 2 ORDER BY 1, 2", []),
    "rfm": ("SELECT count(*), sum(r), sum(f), sum(m) FROM (SELECT customer_id, max(ts) AS r, count(*) AS f, "
            "sum(total_cents) AS m FROM purchase GROUP BY 1) t", []),
    "sentiment": ("SELECT ch.name, i.kind, count(*), sum(CASE WHEN i.sentiment < 0 THEN 1 ELSE 0 END) FROM interaction i "
                  "JOIN channel ch ON ch.id = i.channel_id WHERE i.ts >= 1672531200 GROUP BY 1, 2", []),
    "triangles": ("SELECT count(*) FROM friend x JOIN friend y ON y.a = x.b JOIN friend z ON z.a = x.a AND z.b = y.b", []),
}

KNOWS = "knows"  # a view of both directions
PATTERNS = {
    "q1": "SELECT count(*) FROM City_isPartOf_Country a JOIN Person_isLocatedIn_City b ON b.t = a.f "
          "JOIN Forum_hasMember_Person c ON c.t = b.f JOIN Forum_containerOf_Post d ON d.f = c.f "
          "JOIN Comment_replyOf_Post e ON e.t = d.t JOIN Comment_hasTag_Tag g ON g.f = e.f "
          "JOIN Tag_hasType_TagClass h ON h.f = g.t",
    "q2": "SELECT count(*) FROM Comment_replyOf_Post r JOIN Comment_hasCreator_Person a ON a.f = r.f "
          "JOIN Post_hasCreator_Person b ON b.f = r.t JOIN knows k ON k.f = a.t AND k.t = b.t",
    "q3": "WITH home AS (SELECT p.f AS person, c.t AS country FROM Person_isLocatedIn_City p "
          "JOIN City_isPartOf_Country c ON c.f = p.t), near AS (SELECT k.f, k.t FROM knows k "
          "JOIN home a ON a.person = k.f JOIN home b ON b.person = k.t AND b.country = a.country) "
          "SELECT count(*) FROM near x JOIN near y ON y.f = x.t JOIN near z ON z.f = y.t AND z.t = x.f",
    "q4": "SELECT count(*) FROM hasTag t JOIN hasCreator c ON c.f = t.f JOIN likes l ON l.t = t.f "
          "JOIN replyOf r ON r.t = t.f",
    "q5": "SELECT count(*) FROM replyOf r JOIN hasTag a ON a.f = r.t JOIN Comment_hasTag_Tag b ON b.f = r.f "
          "WHERE a.t <> b.t",
    "q6": "SELECT count(*) FROM knows a JOIN knows b ON b.f = a.t AND b.t <> a.f JOIN Person_hasInterest_Tag i ON i.f = b.t",
    "q7": "SELECT count(*) FROM hasTag t JOIN hasCreator c ON c.f = t.f LEFT JOIN likes l ON l.t = t.f "
          "LEFT JOIN replyOf r ON r.t = t.f",
    "q8": "SELECT count(*) FROM replyOf r JOIN hasTag a ON a.f = r.t JOIN Comment_hasTag_Tag b ON b.f = r.f "
          "LEFT JOIN Comment_hasTag_Tag n ON n.f = r.f AND n.t = a.t WHERE a.t <> b.t AND n.f IS NULL",
    "q9": "SELECT count(*) FROM knows a JOIN knows b ON b.f = a.t AND b.t <> a.f JOIN Person_hasInterest_Tag i ON i.f = b.t "
          "LEFT JOIN knows n ON n.f = a.f AND n.t = b.t WHERE n.f IS NULL",
}
VIEWS = {
    "knows": "SELECT f, t FROM Person_knows_Person UNION ALL SELECT t, f FROM Person_knows_Person",
    "hasTag": "SELECT f, t FROM Comment_hasTag_Tag UNION ALL SELECT f, t FROM Post_hasTag_Tag",
    "hasCreator": "SELECT f, t FROM Comment_hasCreator_Person UNION ALL SELECT f, t FROM Post_hasCreator_Person",
    "likes": "SELECT f, t FROM Person_likes_Comment UNION ALL SELECT f, t FROM Person_likes_Post",
    "replyOf": "SELECT f, t FROM Comment_replyOf_Comment UNION ALL SELECT f, t FROM Comment_replyOf_Post",
}
