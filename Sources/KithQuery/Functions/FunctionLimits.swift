/// The bounds of what functions make and of how long they try.
public enum FunctionLimits {
    /// How many elements a list may have that a function or `+` makes.
    public static let listLengthMax = 1 << 25
    /// How many bytes of UTF-8 a string may have that a function or `+` makes.
    public static let stringLengthMaxInBytes = 1 << 28
    /// How many instructions a regular expression may compile to; bounded repetitions are written
    /// out, so that `(a{1000}){1000}` meets this limit.
    public static let patternInstructionCountMax = 1 << 16
    /// How deep the groups of a regular expression may nest.
    public static let patternDepthMax = 64
    /// How many steps one match may take, which is some seconds at the worst.
    public static let patternStepCountMax = 50_000_000
    /// How many compiled patterns one cache keeps.
    public static let cachedPatternCountMax = 64
}
