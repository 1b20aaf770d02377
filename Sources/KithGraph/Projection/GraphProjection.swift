import KithValues

/// Which part of a graph a projection shows.
public struct ProjectionDefinition: Hashable, Sendable {
    /// The labels of its nodes: those with any of them; empty for all nodes.
    public var labels: [String] = []
    /// The types of its relationships; empty for all types.
    public var types: [String] = []
    /// Which way relationships lead. With ``Direction/both`` each one leads both ways, a relationship
    /// from a node to itself once.
    public var direction: Direction = .outgoing
    /// The relationships' property that is their weight; nil for none.
    public var weight: String?
    /// The weight of relationships without that property; nil makes them an error.
    public var defaultWeight: Double?

    /// Shows the whole graph, relationships leading from source to target.
    public init() {}
}

/// A part of a graph as two arrays, for algorithms that go through all of it again and again: its
/// nodes numbered from 0, and for each node the numbers of its neighbours.
///
/// ```swift
/// var definition = ProjectionDefinition()
/// definition.labels = ["Customer"]
/// definition.types = ["FRIEND"]
/// definition.direction = .both
/// let friends = try transaction.projection(definition)
/// var most = 0
/// for node in 0..<friends.nodes.count { most = max(most, friends.lists.range(of: node).count) }
/// ```
///
/// A projection never changes. It is made for the state of the graph that a view shows, in parallel
/// and block by block, and kept with that state, so that asking again costs nothing.
public final class GraphProjection: Sendable {
    /// Which part of the graph it shows.
    public let definition: ProjectionDefinition
    /// Its nodes.
    public let nodes: ProjectedNodes
    private let forward: ProjectedLists?
    private let backward: ProjectedLists?

    /// Which lists of neighbours a projection is made with.
    public struct Ways: OptionSet, Hashable, Sendable {
        /// One bit a way.
        public let rawValue: UInt8
        /// Makes a set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The way that the definition says.
        public static let forward = Ways(rawValue: 1)
        /// The opposite way.
        public static let backward = Ways(rawValue: 2)
    }

    init(
        _ definition: ProjectionDefinition, _ nodes: ProjectedNodes, forward: ProjectedLists?,
        backward: ProjectedLists?
    ) {
        self.definition = definition
        self.nodes = nodes
        self.forward = forward
        self.backward = backward
    }

    /// Each node's neighbours in the definition's direction.
    ///
    /// - Precondition: the projection was made with ``Ways/forward``.
    public var lists: ProjectedLists {
        guard let forward else { preconditionFailure("a projection without forward lists") }
        return forward
    }

    /// Each node's neighbours in the opposite direction; the same as ``lists`` where the direction is
    /// ``Direction/both``.
    ///
    /// - Precondition: the projection was made with ``Ways/backward``.
    public var reversedLists: ProjectedLists {
        guard let backward else { preconditionFailure("a projection without backward lists") }
        return backward
    }

    /// The memory it takes.
    public var sizeInBytes: Int {
        var total = nodes.sizeInBytes + (forward?.sizeInBytes ?? 0)
        if let backward, backward !== forward { total += backward.sizeInBytes }
        return total
    }
}

/// The nodes of a projection, numbered from 0 in the order of their ids.
public final class ProjectedNodes: @unchecked Sendable {
    // Sendable: written only by its initializer.

    /// The number of nodes.
    public let count: Int
    /// The raw id of each node, ascending.
    public let ids: UnsafePointer<UInt64>
    /// The chunks that have nodes here, ascending.
    let chunks: [UInt64]
    /// The position of the first node of each of ``chunks``, and ``count``.
    let firstPositions: [Int]
    /// For each chunk of the graph where its positions lie in ``positions``; -1 where it has none.
    let places: [Int32]
    /// The position of each slot of each of ``chunks``; ``missing`` where the slot has none.
    let positions: UnsafePointer<UInt32>
    private let ownedIDs: UnsafeMutablePointer<UInt64>
    private let ownedPositions: UnsafeMutablePointer<UInt32>

    /// Stands for no node.
    public static let missing = UInt32.max

    init(_ slots: [(chunk: UInt64, slots: SlotSet)]) {
        var total = 0
        var firsts: [Int] = []
        for entry in slots {
            firsts.append(total)
            total += entry.slots.count
        }
        firsts.append(total)
        count = total
        chunks = slots.map(\.chunk)
        firstPositions = firsts
        var places = [Int32](repeating: -1, count: Int(slots.last.map { $0.chunk + 1 } ?? 0))
        ownedIDs = .allocate(capacity: max(total, 1))
        let room = max(slots.count * GraphLimits.slotsPerChunk, 1)
        ownedPositions = .allocate(capacity: room)
        ownedPositions.initialize(repeating: Self.missing, count: room)
        ids = UnsafePointer(ownedIDs)
        positions = UnsafePointer(ownedPositions)
        for (place, entry) in slots.enumerated() {
            places[Int(entry.chunk)] = Int32(place)
            let ids = ownedIDs + firsts[place]
            let found = entry.slots.copyIDs(of: ChunkID(rawValue: entry.chunk), into: ids)
            let table = ownedPositions + place * GraphLimits.slotsPerChunk
            for index in 0..<found {
                let slot = Int(ids[index] & UInt64(GraphLimits.slotsPerChunk - 1))
                table[slot] = UInt32(truncatingIfNeeded: firsts[place] + index)
            }
        }
        self.places = places
    }

    deinit {
        ownedIDs.deallocate()
        ownedPositions.deallocate()
    }

    /// The position of a node; nil where it is not in the projection.
    public func position(of node: NodeID) -> Int? {
        let chunk = node.rawValue >> UInt64(GraphLimits.slotBits)
        guard chunk < UInt64(places.count), places[Int(chunk)] >= 0 else { return nil }
        let slot = Int(node.rawValue & UInt64(GraphLimits.slotsPerChunk - 1))
        let found = positions[Int(places[Int(chunk)]) * GraphLimits.slotsPerChunk + slot]
        return found == Self.missing ? nil : Int(found)
    }

    /// The node at a position.
    public func node(at position: Int) -> NodeID { NodeID(rawValue: ids[position]) }

    /// The memory it takes.
    var sizeInBytes: Int {
        count * 8 + chunks.count * (GraphLimits.slotsPerChunk * 4 + 16) + places.count * 4
    }
}

/// The neighbours of every node of a projection, one list after the other.
///
/// Node *n* has the edges `offsets[n] ..< offsets[n + 1]`, sorted by neighbour; relationships between
/// the same nodes are edges of their own.
public final class ProjectedLists: @unchecked Sendable {
    // Sendable: written only before it is handed out.

    /// The number of nodes.
    public let nodeCount: Int
    /// Where each node's edges begin, and the number of all edges at the end.
    public let offsets: UnsafePointer<Int>
    /// The position of the node at the other end of each edge.
    public let targets: UnsafePointer<UInt32>
    /// The weight of each edge; nil where the definition has none.
    public let weights: UnsafePointer<Double>?
    /// The smallest weight; 1 without edges or weights.
    public let smallestWeight: Double
    let room: ListRoom

    init(_ room: ListRoom, smallestWeight: Double) {
        self.room = room
        nodeCount = room.nodeCount
        offsets = UnsafePointer(room.offsets)
        targets = UnsafePointer(room.targets)
        weights = UnsafePointer(room.weights)
        self.smallestWeight = smallestWeight
    }

    /// The number of edges.
    public var edgeCount: Int { offsets[nodeCount] }

    /// The edges of a node.
    @inlinable
    public func range(of node: Int) -> Range<Int> {
        Range(uncheckedBounds: (offsets[node], offsets[node &+ 1]))
    }

    /// The memory it takes.
    var sizeInBytes: Int { room.sizeInBytes }
}

/// The memory of the lists of a projection, while they are filled and after.
final class ListRoom {
    let nodeCount: Int
    let offsets: UnsafeMutablePointer<Int>
    let targets: UnsafeMutablePointer<UInt32>
    let weights: UnsafeMutablePointer<Double>?
    let edgeCount: Int

    /// Makes room for lists of these lengths.
    init(degrees: UnsafePointer<UInt32>, nodeCount: Int, isWeighted: Bool) {
        self.nodeCount = nodeCount
        offsets = .allocate(capacity: nodeCount + 1)
        var total = 0
        for node in 0..<nodeCount {
            offsets[node] = total
            total &+= Int(degrees[node])
        }
        offsets[nodeCount] = total
        edgeCount = total
        targets = .allocate(capacity: max(total, 1))
        weights = isWeighted ? .allocate(capacity: max(total, 1)) : nil
    }

    deinit {
        offsets.deallocate()
        targets.deallocate()
        weights?.deallocate()
    }

    var sizeInBytes: Int {
        Self.sizeInBytes(
            nodeCount: nodeCount, edgeCount: edgeCount, isWeighted: weights != nil)
    }

    static func sizeInBytes(nodeCount: Int, edgeCount: Int, isWeighted: Bool) -> Int {
        nodeCount * 8 + edgeCount * (isWeighted ? 12 : 4) + 64
    }
}
