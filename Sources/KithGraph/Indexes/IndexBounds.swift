import KithValues

/// Which entries of an index are wanted: equal leading values, then at most one range.
public struct IndexBounds: Sendable {
    /// One end of a range.
    public enum End: Sendable {
        /// The range is open at this end.
        case unbounded
        /// The range ends at this value, which belongs to it.
        case inclusive(Value)
        /// The range ends at this value, which does not belong to it.
        case exclusive(Value)
    }

    /// Values that the first properties of the index must equal.
    public var equal: [Value]
    /// The lower end of the range of the next property.
    public var lower: End
    /// The upper end of the range of the next property.
    public var upper: End
    /// The next property must be a string that begins with this; excludes a range.
    public var prefix: String?
    /// Whether entries come in descending order.
    public var isDescending: Bool

    /// Asks for entries.
    ///
    /// A range only finds values of the kinds that can be compared with its ends, as `<` does;
    /// without an end it finds all values.
    public init(
        equal: [Value] = [], lower: End = .unbounded, upper: End = .unbounded,
        prefix: String? = nil, isDescending: Bool = false
    ) {
        self.equal = equal
        self.lower = lower
        self.upper = upper
        self.prefix = prefix
        self.isDescending = isDescending
    }

    /// Every entry, in order.
    public static let all = IndexBounds()
}
