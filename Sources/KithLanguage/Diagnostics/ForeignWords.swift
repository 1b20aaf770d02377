/// Words and signs of other languages, and how the same is said here.
enum ForeignWords {
    private static let hints: [String: String] = [
        "SELECT": "A query is written `MATCH (n:Label) WHERE … RETURN n.property`.",
        "FROM": "What is looked for stands in MATCH: `MATCH (n:Label)`.",
        "JOIN": "A join is a pattern: `MATCH (a)-[:TYPE]->(b)`.",
        "GROUP": "Rows are grouped by the items that do not aggregate.",
        "HAVING":
            "A condition on groups is the WHERE of a WITH: `WITH x, count(*) AS n WHERE n > 1`.",
        "LIKE": "Texts are compared with STARTS WITH, ENDS WITH, CONTAINS and =~.",
        "BETWEEN": "A range is written `low <= x <= high`.",
        "INSERT": "Nodes and relationships are made with CREATE and MERGE.",
        "UPDATE": "Properties are changed with MATCH and SET.",
        "VALUES": "Properties are written in braces: `CREATE (:Label {name: 'value'})`.",
        "TABLE": "There are no tables; nodes have labels, as in `CREATE (:Label {name: 'value'})`.",
        "TABLES": "There are no tables; SHOW LABELS lists the labels of nodes.",
        "DESCRIBE": "SHOW LABELS, SHOW RELATIONSHIP TYPES and SHOW INDEXES list what there is.",
        "DATABASE": "A database is a file, opened by its name.",
        "USE": "A database is a file, opened by its name.",
        "START": "A query begins with MATCH.",
        "ASSERT": "What must hold stands behind REQUIRE.",
        "ISNULL": "A value that is missing is found with IS NULL.",
        "NOTNULL": "A value that is there is found with IS NOT NULL.",
        "ELSEIF": "A further case is a further WHEN.",
        "==": "Values are compared with `=`.",
        "!=": "Values that differ are compared with `<>`.",
        "!": "A condition is negated with NOT; values that differ are compared with `<>`.",
        "=<": "Less or equal is written `<=`.",
        "=>": "Greater or equal is written `>=`.",
        ".*": "All properties of `n` are `properties(n)`, or `n {.*}` in a map.",
        "&&": "Conditions are joined with AND.",
        "&": "Conditions are joined with AND.",
    ]

    /// What to write instead of `word`; nil where the word means nothing special.
    static func hint(for word: String) -> String? { hints[word.uppercased()] }
}
