/// A page of `:help`: one line in ``all``.
struct HelpTopic: Sendable {
    /// What `:help` takes.
    let name: String
    /// The page.
    let text: String

    /// Every page.
    static let all: [HelpTopic] = [
        HelpTopic(
            name: "match",
            text: """
                MATCH finds patterns; WHERE keeps those that satisfy a condition.

                  MATCH (c:Customer {city: 'Berlin'})-[:FRIEND]-(f:Customer)
                  WHERE f.since > date('2024-01-01')
                  RETURN c.name, count(f) AS friends ORDER BY friends DESC LIMIT 10;

                  MATCH (a:Customer {id: 1})-[:FRIEND*1..3]-(b) RETURN count(DISTINCT b);
                """),
        HelpTopic(
            name: "create",
            text: """
                CREATE makes nodes and relationships; MERGE makes what is not there yet.

                  CREATE (c:Customer {id: 900001, name: 'Ada'});
                  MATCH (a:Customer {id: 1}), (b:Customer {id: 900001}) MERGE (a)-[:FRIEND]->(b);
                  MATCH (c:Customer {id: 900001}) SET c.city = 'London';
                  MATCH (c:Customer {id: 900001}) DETACH DELETE c;
                """),
        HelpTopic(
            name: "import",
            text: """
                Files become nodes and relationships outside the shell, all of them or none:

                  kith import shop.kith --nodes Customer=customers.csv \\
                                        --relationships FRIEND=friends.csv:Customer:Customer

                Inside it, LOAD CSV reads rows for a statement:

                  LOAD CSV WITH HEADERS FROM 'file:///data/customers.csv' AS row
                  CREATE (:Customer {id: toInteger(row.id), name: row.name});
                """),
        HelpTopic(
            name: "schema",
            text: """
                Constraints and indexes; :schema shows what there is.

                  CREATE CONSTRAINT FOR (c:Customer) REQUIRE c.id IS UNIQUE;
                  CREATE INDEX FOR (o:Order) ON (o.at);
                  SHOW INDEXES;
                  SHOW CONSTRAINTS;
                """),
        HelpTopic(
            name: "transactions",
            text: """
                Each statement is a transaction of its own, unless one is open:

                  BEGIN;
                  CREATE (:Note {text: 'kept only if committed'});
                  ROLLBACK;
                """),
    ]
}
