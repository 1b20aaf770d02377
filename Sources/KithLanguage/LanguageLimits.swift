/// What bounds a statement.
public enum LanguageLimits {
    /// The deepest nesting of brackets, and the greatest height of an expression's tree.
    public static let nestingDepthMax = 1_000
    /// What a query within a query counts for: its tree is that much higher, and dropping a tree
    /// takes stack for each of its nodes.
    public static let levelsPerSubquery = 2
    /// The most clauses and relationships of one statement.
    public static let stepCountMax = 10_000
    /// The most nodes and relationships of one pattern that is to be found: each step of its plan keeps
    /// apart all relationships before it.
    public static let patternSizeMax = 4_000
    /// The most replacements that an error suggests.
    public static let suggestionCountMax = 3
}
