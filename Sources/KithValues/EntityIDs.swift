/// Names one node of a graph: chunk number and slot within the chunk.
public struct NodeID: Hashable, Comparable, Sendable {
    /// The chunk number shifted left by 11 bits, or-ed with the slot.
    public let rawValue: UInt64

    /// Makes an id from its 64 bits.
    @inlinable
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Orders ids by their bits, which is by chunk and then by slot.
    @inlinable
    public static func < (left: NodeID, right: NodeID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Names one relationship of a graph: chunk number and slot within the chunk.
public struct RelationshipID: Hashable, Comparable, Sendable {
    /// The chunk number shifted left by 11 bits, or-ed with the slot.
    public let rawValue: UInt64

    /// Makes an id from its 64 bits.
    @inlinable
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Orders ids by their bits, which is by chunk and then by slot.
    @inlinable
    public static func < (left: RelationshipID, right: RelationshipID) -> Bool {
        left.rawValue < right.rawValue
    }
}
