import KithGraph
import KithValues

/// A condition on each relationship of a path.
struct RelationshipFilter {
    let predicate: VectorExpression
    let variable: VariableID?
    /// The one row that the condition is evaluated in.
    let outer: Batch

    /// Which of `relationships` meet the condition.
    func passes(
        _ relationships: [UInt64], _ context: ExecutionContext
    ) throws(QueryError) -> [Bool] {
        guard !relationships.isEmpty else { return [] }
        var rows = outer.repeated(0, count: relationships.count)
        if let variable { rows[variable] = .ids(.relationship, relationships) }
        let truth = try predicate.evaluate(rows, context)
        return try TruthVector.codes(truth, span: predicate.span).map { $0 == 1 }
    }
}

/// Finds the shortest paths between two known nodes along relationships of one kind: breadth first
/// from both ends, the smaller frontier first, until they meet.
struct PathSearch {
    let types: [RelationshipTypeID]
    let direction: PatternDirection
    let filter: RelationshipFilter?
    /// Finds one path where every relationship will do.
    let pairSearch: ShortestSearch

    /// How a node was reached: from which neighbours by which relationships, in how many steps.
    private struct Reached {
        let distance: Int
        var arrivals: [(relationship: UInt64, neighbour: UInt64)]
    }

    /// About what a reached node takes.
    private static let nodeSizeInBytes = 96

    /// One end's search.
    private struct Side {
        var reached: [UInt64: Reached]
        var frontier: [UInt64]
        var distance = 0
        let direction: PatternDirection

        init(_ node: UInt64, _ direction: PatternDirection) {
            reached = [node: Reached(distance: 0, arrivals: [])]
            frontier = [node]
            self.direction = direction
        }
    }

    /// The shortest paths as lists of relationships; at most one unless `all`.
    func shortestPaths(
        from source: UInt64, to target: UInt64, minimum: Int, maximum: Int, all: Bool,
        _ context: ExecutionContext
    ) throws(QueryError) -> [[UInt64]] {
        if source == target { return minimum == 0 ? [[]] : [] }
        if !all, filter == nil,
            let paths = try onePath(from: source, to: target, maximum: maximum, context)
        {
            return paths
        }
        var heldInBytes = 0
        defer { context.memory.give(back: heldInBytes) }
        var left = Side(source, direction)
        var right = Side(target, direction.reversed)
        while !left.frontier.isEmpty, !right.frontier.isEmpty,
            left.distance + right.distance < maximum
        {
            let meetings: [UInt64]
            if left.frontier.count <= right.frontier.count {
                try grow(&left, context)
                meetings = left.frontier.filter { right.reached[$0] != nil }
            } else {
                try grow(&right, context)
                meetings = right.frontier.filter { left.reached[$0] != nil }
            }
            let size = (left.frontier.count + right.frontier.count) * Self.nodeSizeInBytes
            heldInBytes += size
            try context.memory.take(size)
            guard !meetings.isEmpty else { continue }
            let total = left.distance + right.distance
            return paths(through: meetings, left, right, total, all)
        }
        return []
    }

    /// The length of the shortest paths between two different nodes, without conditions; nil where there
    /// is none, or the transaction changed what one may take (``isChanged``).
    func shortestLength(
        from source: UInt64, to target: UInt64, maximum: Int, _ context: ExecutionContext
    ) throws(QueryError) -> (length: Int?, isChanged: Bool) {
        switch try outcome(
            from: source, to: target, maximum: maximum, wantsRelationships: false, context)
        {
        case .path(let length, _): return (length, false)
        case .none: return (nil, false)
        case .changed: return (nil, true)
        }
    }

    /// One shortest path without conditions; nil where the transaction changed what it may take.
    private func onePath(
        from source: UInt64, to target: UInt64, maximum: Int, _ context: ExecutionContext
    ) throws(QueryError) -> [[UInt64]]? {
        switch try outcome(
            from: source, to: target, maximum: maximum, wantsRelationships: true, context)
        {
        case .path(_, let relationships): return [relationships]
        case .none: return []
        case .changed: return nil
        }
    }

    private func outcome(
        from source: UInt64, to target: UInt64, maximum: Int, wantsRelationships: Bool,
        _ context: ExecutionContext
    ) throws(QueryError) -> ShortestSearch.Outcome {
        let (control, limits, types) = (context.control, context.limits, types)
        let (pairSearch, direction) = (pairSearch, direction.graphDirection)
        let outcome = try context.onGraph { () throws(GraphError) in
            try pairSearch.search(
                from: source, to: target, in: context.graph, types: types, direction: direction,
                maximum: maximum, wantsRelationships: wantsRelationships,
                shouldStop: { control.isCancelled || limits.isOver })
        }
        try context.checkpoint()
        let heldInBytes = pairSearch.reachedCount * 12
        try context.memory.take(heldInBytes)
        context.memory.give(back: heldInBytes)
        return outcome
    }

    /// Takes one more step from one side.
    private func grow(_ side: inout Side, _ context: ExecutionContext) throws(QueryError) {
        side.distance += 1
        var next: [UInt64] = []
        let expansion = Expansion(capacity: context.batchSize)
        expansion.begin()
        var isDone = false
        let frontier = side.frontier
        while !isDone {
            try context.checkpoint()
            let direction = side.direction.graphDirection
            isDone = try context.onGraph { () throws(GraphError) in
                try frontier.withUnsafeBufferPointer { nodes throws(GraphError) in
                    try context.graph.expand(
                        nodes, types: types, direction: direction, wantsRelationships: true,
                        into: expansion)
                }
            }
            let found = Array(
                UnsafeBufferPointer(start: expansion.relationships, count: expansion.count))
            let passes = try filter?.passes(found, context)
            for edge in 0..<expansion.count where passes?[edge] ?? true {
                let neighbour = expansion.neighbours[edge]
                let arrival = (
                    relationship: found[edge],
                    neighbour: frontier[Int(expansion.sourceIndexes[edge])]
                )
                if let known = side.reached[neighbour] {
                    if known.distance == side.distance {
                        side.reached[neighbour]?.arrivals.append(arrival)
                    }
                } else {
                    side.reached[neighbour] = Reached(
                        distance: side.distance, arrivals: [arrival])
                    next.append(neighbour)
                }
            }
        }
        side.frontier = next
    }

    /// The paths of length `total` through the nodes where the sides met.
    private func paths(
        through meetings: [UInt64], _ left: Side, _ right: Side, _ total: Int, _ all: Bool
    ) -> [[UInt64]] {
        var result: [[UInt64]] = []
        for meeting in meetings.sorted() {
            let before = walks(from: meeting, left, all: all)
            let after = walks(from: meeting, right, all: all)
            for first in before {
                for second in after {
                    result.append(first.reversed() + second)
                    if !all { return result }
                }
            }
        }
        return result
    }

    /// The ways back from a node to where its side began, as relationships in walking order.
    private func walks(from node: UInt64, _ side: Side, all: Bool) -> [[UInt64]] {
        guard let reached = side.reached[node], reached.distance > 0 else { return [[]] }
        var result: [[UInt64]] = []
        for arrival in all ? reached.arrivals : [reached.arrivals[0]] {
            for rest in walks(from: arrival.neighbour, side, all: all) {
                result.append([arrival.relationship] + rest)
            }
        }
        return result
    }
}
