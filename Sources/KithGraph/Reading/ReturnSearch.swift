/// Finds out whether a path that uses no relationship twice leads from a node back to it, where
/// relationships are followed either way.
///
/// A relationship from the node to itself is such a path of one step; two between the same two nodes
/// make one of two. A longer one is a cycle through the node: its two ends begin with different
/// relationships of the node, so somewhere along it two neighbouring nodes lie in different *branches*
/// of a breadth-first search, that is, their search paths begin with different relationships. Such a
/// pair at the distances *a* and *b* closes a path of *a* + *b* + 1 steps, and the shortest cycle has a
/// pair with no more steps than it has itself. So it is enough to look, level by level, for a
/// relationship between two branches.
struct ReturnSearch {
    let start: UInt64
    /// The most steps a path may have; nil for any number.
    let maximum: Int?

    mutating func run(
        _ graph: GraphReader, _ types: [RelationshipTypeID], _ expansion: Expansion
    ) throws(GraphError) -> Bool {
        func allows(_ steps: Int) -> Bool { maximum.map { steps <= $0 } ?? true }
        guard allows(1) else { return false }
        var branches: [UInt64: (branch: UInt64, distance: Int)] = [start: (start, 0)]
        var frontier: [UInt64] = []
        var isLoop = false
        var isTwice = false
        try Self.follow([start], graph, types, expansion) { _, neighbour in
            if neighbour == start {
                isLoop = true
            } else if branches.updateValue((neighbour, 1), forKey: neighbour) != nil {
                isTwice = true
            } else {
                frontier.append(neighbour)
            }
            return !isLoop
        }
        if isLoop { return true }
        if isTwice, allows(2) { return true }
        var distance = 1
        while !frontier.isEmpty, allows(2 * distance + 1) {
            var next: [UInt64] = []
            var isClosed = false
            let sources = frontier
            try Self.follow(sources, graph, types, expansion) { source, neighbour in
                guard neighbour != start, let own = branches[sources[source]] else { return true }
                if let known = branches[neighbour] {
                    let closes =
                        known.branch != own.branch && allows(own.distance + known.distance + 1)
                    isClosed = isClosed || closes
                } else {
                    branches[neighbour] = (own.branch, distance + 1)
                    next.append(neighbour)
                }
                return !isClosed
            }
            if isClosed { return true }
            frontier = next
            distance += 1
        }
        return false
    }

    /// Calls `body` with each edge of the sources, until it says false.
    private static func follow(
        _ sources: [UInt64], _ graph: GraphReader, _ types: [RelationshipTypeID],
        _ expansion: Expansion, _ body: (_ source: Int, _ neighbour: UInt64) -> Bool
    ) throws(GraphError) {
        expansion.begin()
        var isDone = false
        while !isDone {
            isDone = try sources.withUnsafeBufferPointer { sources throws(GraphError) in
                try graph.expand(
                    sources, types: types, direction: .both, wantsRelationships: false,
                    into: expansion)
            }
            for edge in 0..<expansion.count {
                let source = Int(expansion.sourceIndexes[edge])
                if !body(source, expansion.neighbours[edge]) { return }
            }
        }
    }
}
