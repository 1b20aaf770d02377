/// The limits of values.
public enum ValueLimits {
    /// How deep lists and maps may be nested within each other.
    public static let nestingDepthMax = 1_000
}
