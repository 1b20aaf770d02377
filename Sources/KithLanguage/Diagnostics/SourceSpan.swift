/// A range of a statement's text, in UTF-8 offsets from the beginning of the whole text.
public struct SourceSpan: Hashable, Sendable {
    /// The offset of the first byte.
    public var start: Int
    /// The offset just past the last byte.
    public var end: Int

    /// Makes the span from `start` up to, but not including, `end`.
    public init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }

    /// The smallest span that holds this one and `other`.
    public func joined(with other: SourceSpan) -> SourceSpan {
        SourceSpan(start: min(start, other.start), end: max(end, other.end))
    }
}

/// What a node knows about itself but what takes no part in comparing two nodes.
///
/// Spans and source texts are kept this way, so that `==` on trees means «the same statement»,
/// wherever it stands and however it is spaced.
@propertyWrapper
public struct NotCompared<Wrapped: Sendable>: Hashable, Sendable {
    /// The value itself.
    public var wrappedValue: Wrapped

    /// Keeps `wrappedValue` aside from comparison.
    public init(wrappedValue: Wrapped) {
        self.wrappedValue = wrappedValue
    }

    /// Always true.
    public static func == (left: NotCompared, right: NotCompared) -> Bool { true }

    /// Adds nothing.
    public func hash(into hasher: inout Hasher) {}
}
