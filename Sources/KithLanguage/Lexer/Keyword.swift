/// Every word with a meaning of its own, in capitals as `grammar/keywords.txt` lists them.
///
/// Capitals and small letters do not matter in a statement. Only ``reserved`` words cannot name a
/// variable without backticks; labels, types, properties, functions and parameters may be any word.
public enum Keyword: String, Hashable, Sendable, CaseIterable {
    case all = "ALL"
    case allShortestPaths = "ALLSHORTESTPATHS"
    case and = "AND"
    case any = "ANY"
    case array = "ARRAY"
    case `as` = "AS"
    case asc = "ASC"
    case ascending = "ASCENDING"
    case begin = "BEGIN"
    case bool = "BOOL"
    case boolean = "BOOLEAN"
    case both = "BOTH"
    case `break` = "BREAK"
    case by = "BY"
    case call = "CALL"
    case `case` = "CASE"
    case collect = "COLLECT"
    case commit = "COMMIT"
    case constraint = "CONSTRAINT"
    case constraints = "CONSTRAINTS"
    case contains = "CONTAINS"
    case `continue` = "CONTINUE"
    case count = "COUNT"
    case create = "CREATE"
    case csv = "CSV"
    case date = "DATE"
    case dateTime = "DATETIME"
    case delete = "DELETE"
    case desc = "DESC"
    case descending = "DESCENDING"
    case detach = "DETACH"
    case distinct = "DISTINCT"
    case drop = "DROP"
    case duration = "DURATION"
    case edge = "EDGE"
    case `else` = "ELSE"
    case end = "END"
    case ends = "ENDS"
    case error = "ERROR"
    case exists = "EXISTS"
    case explain = "EXPLAIN"
    case fail = "FAIL"
    case `false` = "FALSE"
    case fieldTerminator = "FIELDTERMINATOR"
    case float = "FLOAT"
    case `for` = "FOR"
    case forEach = "FOREACH"
    case from = "FROM"
    case functions = "FUNCTIONS"
    case group = "GROUP"
    case groups = "GROUPS"
    case headers = "HEADERS"
    case `if` = "IF"
    case `in` = "IN"
    case index = "INDEX"
    case indexes = "INDEXES"
    case int = "INT"
    case integer = "INTEGER"
    case `is` = "IS"
    case key = "KEY"
    case keys = "KEYS"
    case labels = "LABELS"
    case leading = "LEADING"
    case limit = "LIMIT"
    case list = "LIST"
    case load = "LOAD"
    case local = "LOCAL"
    case map = "MAP"
    case match = "MATCH"
    case merge = "MERGE"
    case money = "MONEY"
    case node = "NODE"
    case none = "NONE"
    case not = "NOT"
    case nothing = "NOTHING"
    case null = "NULL"
    case of = "OF"
    case offset = "OFFSET"
    case on = "ON"
    case optional = "OPTIONAL"
    case or = "OR"
    case order = "ORDER"
    case path = "PATH"
    case paths = "PATHS"
    case procedures = "PROCEDURES"
    case profile = "PROFILE"
    case properties = "PROPERTIES"
    case property = "PROPERTY"
    case range = "RANGE"
    case reduce = "REDUCE"
    case relationship = "RELATIONSHIP"
    case remove = "REMOVE"
    case report = "REPORT"
    case require = "REQUIRE"
    case `return` = "RETURN"
    case rollback = "ROLLBACK"
    case row = "ROW"
    case rows = "ROWS"
    case set = "SET"
    case shortest = "SHORTEST"
    case shortestPath = "SHORTESTPATH"
    case show = "SHOW"
    case single = "SINGLE"
    case skip = "SKIP"
    case starts = "STARTS"
    case status = "STATUS"
    case string = "STRING"
    case text = "TEXT"
    case then = "THEN"
    case time = "TIME"
    case timestamp = "TIMESTAMP"
    case trailing = "TRAILING"
    case transaction = "TRANSACTION"
    case transactions = "TRANSACTIONS"
    case trim = "TRIM"
    case `true` = "TRUE"
    case typed = "TYPED"
    case types = "TYPES"
    case union = "UNION"
    case unique = "UNIQUE"
    case unwind = "UNWIND"
    case value = "VALUE"
    case varchar = "VARCHAR"
    case vertex = "VERTEX"
    case when = "WHEN"
    case `where` = "WHERE"
    case with = "WITH"
    case without = "WITHOUT"
    case xor = "XOR"
    case yield = "YIELD"
    case zone = "ZONE"
    case zoned = "ZONED"

    /// Whether the word cannot name a variable unless in backticks, since a clause, an operator or
    /// a constant begins with it.
    public var isReserved: Bool { Keyword.reserved.contains(self) }

    /// The words that cannot name a variable unless in backticks.
    public static let reserved: Set<Keyword> = [
        .and, .as, .case, .contains, .create, .delete, .detach, .distinct, .else, .ends, .false,
        .forEach, .in, .is, .limit, .match, .merge, .not, .null, .on, .optional, .or, .order,
        .remove, .return, .set, .skip, .starts, .then, .true, .union, .unwind, .when, .where,
        .with, .xor, .yield,
    ]

    /// The length of the longest word.
    private static let lengthMaxInBytes = allCases.map(\.rawValue.utf8.count).max() ?? 0

    private static let byText: [String: Keyword] = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    /// The keyword that `word` is, in capitals or not.
    static func named(_ word: some Collection<UInt8>) -> Keyword? {
        guard word.count <= lengthMaxInBytes else { return nil }
        var capitals: [UInt8] = []
        capitals.reserveCapacity(word.count)
        for byte in word {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): capitals.append(byte - 32)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): capitals.append(byte)
            default: return nil
            }
        }
        return byText[String(decoding: capitals, as: UTF8.self)]
    }
}
