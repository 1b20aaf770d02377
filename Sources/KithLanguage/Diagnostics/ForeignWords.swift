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
        "ISNULL": "A value that is missing is found with IS NULL.",
        "NOTNULL": "A value that is there is found with IS NOT NULL.",
        "ELSEIF": "A further case is a further WHEN.",
        "==": "Values are compared with `=`.",
        "!=": "Values that differ are compared with `<>`.",
        "!": "A condition is negated with NOT; values that differ are compared with `<>`.",
        "||": "Conditions are joined with OR.",
        "|": "Conditions are joined with OR.",
        "&&": "Conditions are joined with AND.",
        "&": "Conditions are joined with AND.",
    ]

    /// What to write instead of `word`; nil where the word means nothing special.
    static func hint(for word: String) -> String? { hints[word.uppercased()] }
}
