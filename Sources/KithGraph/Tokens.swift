/// A label of nodes, by its number in the catalog.
public struct LabelID: Hashable, Comparable, Sendable {
    /// The number; on disk: never renumber.
    public let rawValue: UInt32
    /// Names the label with this number.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// By number.
    public static func < (left: LabelID, right: LabelID) -> Bool { left.rawValue < right.rawValue }
}

/// A type of relationships, by its number in the catalog.
public struct RelationshipTypeID: Hashable, Comparable, Sendable {
    /// The number; on disk: never renumber.
    public let rawValue: UInt32
    /// Names the type with this number.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// By number.
    public static func < (left: RelationshipTypeID, right: RelationshipTypeID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The key of a property, by its number in the catalog.
public struct PropertyKeyID: Hashable, Comparable, Sendable {
    /// The number; on disk: never renumber.
    public let rawValue: UInt32
    /// Names the key with this number.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// By number.
    public static func < (left: PropertyKeyID, right: PropertyKeyID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// An index, by its number in the catalog.
public struct IndexID: Hashable, Comparable, Sendable {
    /// The number; on disk: never renumber.
    public let rawValue: UInt32
    /// Names the index with this number.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// By number.
    public static func < (left: IndexID, right: IndexID) -> Bool { left.rawValue < right.rawValue }
}

/// A chunk of 2,048 nodes, or of 2,048 relationships of one type; the two are numbered apart.
public struct ChunkID: Hashable, Comparable, Sendable {
    /// The number; an id is the chunk's number shifted left by 11 bits, or-ed with the slot.
    public let rawValue: UInt64

    /// Names the chunk with this number.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The chunk that holds the node or relationship with this raw id.
    @inlinable
    public init(containing rawID: UInt64) { rawValue = rawID &>> UInt64(GraphLimits.slotBits) }

    /// The raw id of a slot of this chunk.
    @inlinable
    public func rawID(slot: Int) -> UInt64 {
        rawValue &<< UInt64(GraphLimits.slotBits) | UInt64(truncatingIfNeeded: slot)
    }

    /// By number.
    @inlinable
    public static func < (left: ChunkID, right: ChunkID) -> Bool { left.rawValue < right.rawValue }
}

/// Which ends of relationships an expansion starts at.
public enum Direction: UInt8, Hashable, Sendable {
    /// From source to target.
    case outgoing
    /// From target to source.
    case incoming
    /// Either way; a relationship from a node to itself counts once.
    case both
}

/// Whether something is about nodes or about relationships.
public enum EntityKind: UInt8, Hashable, Sendable {
    /// Nodes; on disk: never renumber.
    case node = 0
    /// Relationships; on disk: never renumber.
    case relationship = 1
}

/// What a relationship is, apart from its properties.
public struct RelationshipRecord: Hashable, Sendable {
    /// Its type.
    public let type: RelationshipTypeID
    /// The node it starts at.
    public let source: UInt64
    /// The node it ends at.
    public let target: UInt64

    /// Describes a relationship.
    public init(type: RelationshipTypeID, source: UInt64, target: UInt64) {
        self.type = type
        self.source = source
        self.target = target
    }
}
