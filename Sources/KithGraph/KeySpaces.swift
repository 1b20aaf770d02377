import KithStorage

/// The map of the disk: which tree holds what, and how its keys are made.
///
/// All numbers in keys are big-endian, so that the order of bytes is their order. On disk: never
/// renumber.
///
/// | tree | key | value |
/// | --- | --- | --- |
/// | catalog | kind (1), number (4) | name or definition |
/// | homes | kind (1), label set or type (4) | its open chunks, varints |
/// | nodes | chunk (8) | ``ChunkDescriptor`` |
/// | relationships | chunk (8) | ``ChunkDescriptor`` |
/// | members | kind (1), label or type (4), chunk (8) | nothing |
/// | recentNodes | chunk (8), slot (2) | ``RowChange`` |
/// | recentRelationships | chunk (8), slot (2) | ``RowChange`` |
/// | outgoing, incoming | type (4), chunk (8), first slot (2), first neighbour (8), ordinal (4) | edges (varint), then 0 and the ``AdjacencyBlock``, or 1 and the reference to it |
/// | recentEdges | type (4), direction (1), node (8), neighbour (8), relationship (8) | 1 added, 0 removed |
/// | statistics | kind (1), numbers (4 each) | varint |
/// | 16 + n: index n | ordered values, then id (8) | nothing; 1 where the values were cut off |
enum KeySpaces {
    static let catalog = TreeID(0)
    static let homes = TreeID(1)
    static let nodes = TreeID(2)
    static let relationships = TreeID(3)
    static let members = TreeID(4)
    static let recentNodes = TreeID(5)
    static let recentRelationships = TreeID(6)
    static let outgoing = TreeID(7)
    static let incoming = TreeID(8)
    static let recentEdges = TreeID(9)
    static let statistics = TreeID(10)

    static func index(_ id: IndexID) -> TreeID { TreeID(16 + id.rawValue) }

    static func descriptors(_ kind: EntityKind) -> TreeID { kind == .node ? nodes : relationships }

    static func recentRows(_ kind: EntityKind) -> TreeID {
        kind == .node ? recentNodes : recentRelationships
    }

    static func blocks(isIncoming: Bool) -> TreeID { isIncoming ? incoming : outgoing }

    /// The numbers that a commit carries for the graph. On disk: never renumber.
    enum Counter {
        static let nodeChunks = 0
        static let relationshipChunks = 1
        static let catalogVersion = 2
        static let indexes = 3
        /// The format of everything in this map; 0 in an empty database.
        static let format = 4
    }

    /// The format that this code writes.
    static let format: UInt64 = 1

    static func chunk(_ chunk: UInt64) -> [UInt8] {
        var key: [UInt8] = []
        key.appendBigEndian(chunk)
        return key
    }

    static func row(_ chunk: UInt64, _ slot: UInt16) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(10)
        key.appendBigEndian(chunk)
        key.appendBigEndian(slot)
        return key
    }

    static func member(_ kind: EntityKind, _ token: UInt32) -> [UInt8] {
        var key: [UInt8] = [kind.rawValue]
        key.appendBigEndian(token)
        return key
    }

    static func member(_ kind: EntityKind, _ token: UInt32, _ chunk: UInt64) -> [UInt8] {
        var key = member(kind, token)
        key.appendBigEndian(chunk)
        return key
    }

    static func adjacency(type: UInt32, chunk: UInt64) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(26)
        key.appendBigEndian(type)
        key.appendBigEndian(chunk)
        return key
    }

    static func block(
        type: UInt32, chunk: UInt64, first: ChunkEdge, ordinal: UInt32
    ) -> [UInt8] {
        var key = adjacency(type: type, chunk: chunk)
        key.appendBigEndian(first.slot)
        key.appendBigEndian(first.neighbour)
        key.appendBigEndian(ordinal)
        return key
    }

    static func recentEdges(type: UInt32, isIncoming: Bool, node: UInt64) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(29)
        key.appendBigEndian(type)
        key.append(isIncoming ? 1 : 0)
        key.appendBigEndian(node)
        return key
    }

    static let recentEdgeKeyLength = 29

    static func recentEdge(
        type: UInt32, isIncoming: Bool, node: UInt64, neighbour: UInt64, relationship: UInt64
    ) -> [UInt8] {
        var key = recentEdges(type: type, isIncoming: isIncoming, node: node)
        key.appendBigEndian(neighbour)
        key.appendBigEndian(relationship)
        return key
    }

    static func home(_ kind: EntityKind, _ token: UInt32) -> [UInt8] { member(kind, token) }

    /// The home of label sets with few nodes.
    static let mixedHome = UInt32.max
}
