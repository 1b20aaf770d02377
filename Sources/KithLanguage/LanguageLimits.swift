/// What bounds a statement.
public enum LanguageLimits {
    /// The deepest nesting of brackets, and the greatest height of an expression's tree.
    public static let nestingDepthMax = 1_000
    /// The most replacements that an error suggests.
    public static let suggestionCountMax = 3
}
