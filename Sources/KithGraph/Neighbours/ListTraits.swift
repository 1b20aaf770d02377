/// What is known of each node's lists of some types and a direction: found out when first asked, then a
/// load.
///
/// A byte a node, zeroed by the system page by page as it is touched. Belongs to one thread and holds
/// for one state of the graph.
final class ListTraits {
    struct Traits: OptionSet {
        let rawValue: UInt8
        static let known = Traits(rawValue: 1)
        /// Some neighbour is there more than once, in one list or in two.
        static let repeated = Traits(rawValue: 2)
        /// The node is its own neighbour.
        static let loop = Traits(rawValue: 4)
    }

    let types: [RelationshipTypeID]
    let direction: Direction
    private let traits: UnsafeMutablePointer<UInt8>
    private let capacity: Int

    init(_ types: [RelationshipTypeID], _ direction: Direction, capacity: Int) {
        self.types = types
        self.direction = direction
        self.capacity = capacity
        traits = NodeBytes.allocate(capacity)
    }

    deinit { NodeBytes.free(traits, capacity) }

    /// The traits of a node, if they are known.
    @inline(__always)
    subscript(_ node: UInt64) -> Traits {
        get {
            node < UInt64(capacity)
                ? Traits(rawValue: traits[Int(truncatingIfNeeded: node)]) : []
        }
        set {
            if node < UInt64(capacity) { traits[Int(truncatingIfNeeded: node)] = newValue.rawValue }
        }
    }

    /// The traits of a node with these neighbours.
    static func found(_ node: UInt64, _ one: NeighbourRun, _ other: NeighbourRun?) -> Traits {
        var traits: Traits = .known
        if hasRepeats(one) || other.map({ hasRepeats($0) || haveCommon(one, $0) }) == true {
            traits.insert(.repeated)
        }
        if one.edgeCount(to: node) > 0 || other.map({ $0.edgeCount(to: node) > 0 }) == true {
            traits.insert(.loop)
        }
        return traits
    }

    private static func hasRepeats(_ run: NeighbourRun) -> Bool {
        var index = 1
        while index < run.count {
            if run[index] == run[index &- 1] { return true }
            index &+= 1
        }
        return false
    }

    private static func haveCommon(_ one: NeighbourRun, _ other: NeighbourRun) -> Bool {
        var (first, second) = (0, 0)
        while first < one.count, second < other.count {
            let (here, there) = (one[first], other[second])
            if here == there { return true }
            if here < there { first &+= 1 } else { second &+= 1 }
        }
        return false
    }
}

extension GraphReader {
    /// Writes 1 for each node that has an edge to itself of some types, else 0. An empty list of types
    /// stands for all.
    ///
    /// - Precondition: `marks` were made for this reader.
    public func findLoops(
        of nodes: UnsafeBufferPointer<UInt64>, types: [RelationshipTypeID], direction: Direction,
        marks: NeighbourMarks, into flags: UnsafeMutablePointer<Int64>
    ) throws(GraphError) {
        let step = cache.enter()
        defer { cache.leave(step) }
        let lists = marks.firstLists.lists(in: self, types: types, direction: direction)
        guard let one = lists.first, lists.count <= 2 else {
            for (row, node) in nodes.enumerated() {
                flags[row] =
                    try edgeCount(between: node, node, lists, marks.scratch) > 0 ? 1 : 0
            }
            return
        }
        let (other, hasTwo) = (lists[lists.count - 1], lists.count == 2)
        let traits = marks.traits(types, direction)
        for (row, node) in nodes.enumerated() {
            let found = try self.traits(
                of: node, one, other, hasTwo: hasTwo, traits, marks)
            flags[row] = found.contains(.loop) ? 1 : 0
        }
    }

    /// The traits of a node's lists, found out if need be. Within a step of the cache.
    @inline(__always)
    func traits(
        of node: UInt64, _ one: ListsOfType, _ other: ListsOfType, hasTwo: Bool,
        _ traits: ListTraits, _ marks: NeighbourMarks
    ) throws(GraphError) -> ListTraits.Traits {
        let known = traits[node]
        if !known.isEmpty { return known }
        let first = try neighbourRun(one, node, marks.scratch)
        var second: NeighbourRun?
        if hasTwo { second = try neighbourRun(other, node, marks.otherScratch) }
        let found = ListTraits.found(node, first, second)
        traits[node] = found
        return found
    }
}
