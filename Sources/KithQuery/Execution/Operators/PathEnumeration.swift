import KithValues

/// Finds the paths between two nodes in order of length, no relationship twice in one.
///
/// Trails grow from one end, always one of those that could become the shortest path; how much a
/// trail needs at least is its last node's distance from the other end (``PathDistances``). So what
/// is tried beyond the paths found is only what the rule about relationships, and numbers of
/// repetitions, stop. Distances are kept while rows share that other end.
final class PathEnumeration {
    /// A path that is not complete, as the last step of it and the trail before.
    private struct Trail {
        let parent: Int
        let place: PathPlace
        /// The repetitions of the part so far; no more are counted than bounds ask for.
        let repetitions: Int
        let length: Int
        /// The repetition that the trail was extended by; nil where it goes over to another part.
        let edge: PathEdge?
        let isComplete: Bool
    }

    private let parts: [PathPart]
    /// Whether distances are measured from the path's left end.
    let isFromSource: Bool
    private let readsOuterRow: Bool
    private var distances: PathDistances?
    private var measuredFrom: UInt64 = 0
    private var edges: [PathPlace: [PathEdge]] = [:]
    private var edgeCount = 0
    private var trails: [Trail] = []
    /// The trails to be extended, by the length that their paths have at least.
    private var open: [Int: [Int]] = [:]
    private var heldInBytes = 0
    private var pops = 0

    /// The most repetitions that are kept to be followed again.
    private static let keptEdgesMax = 200_000
    /// About what a trail takes.
    private static let trailSizeInBytes = 96

    init(parts: [PathPart], isFromSource: Bool) {
        self.parts = parts
        self.isFromSource = isFromSource
        readsOuterRow = parts.contains { $0.readsOuterRow }
    }

    /// Begins the search for the paths from `source` to `target`.
    func begin(
        from source: UInt64, to target: UInt64, _ outer: Batch, _ context: ExecutionContext
    ) throws(QueryError) {
        let (fixed, other) = isFromSource ? (source, target) : (target, source)
        if readsOuterRow || edgeCount > Self.keptEdgesMax {
            edges = [:]
            edgeCount = 0
        }
        if distances == nil || measuredFrom != fixed || readsOuterRow {
            distances?.forget(context)
            distances = PathDistances(parts: parts, isForward: isFromSource, from: fixed)
            measuredFrom = fixed
        }
        trails = []
        open = [:]
        let part = isFromSource ? parts.count - 1 : 0
        try push(
            Trail(
                parent: -1, place: PathPlace(node: other, part: part), repetitions: 0, length: 0,
                edge: nil, isComplete: false), atLeast: 0, context)
    }

    /// Ends the search of one row.
    func end(_ context: ExecutionContext) {
        trails = []
        open = [:]
        context.memory.give(back: heldInBytes)
        heldInBytes = 0
    }

    /// Returns everything that is kept to the memory account.
    func forget(_ context: ExecutionContext) {
        end(context)
        distances?.forget(context)
        distances = nil
    }

    /// The next path, at most `lengthMax` long; nil when there is none.
    func next(
        upTo lengthMax: Int?, _ outer: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> FoundPath? {
        guard let distances else { return nil }
        while let least = open.keys.min(), lengthMax.map({ least <= $0 }) ?? true {
            guard let index = open[least]?.popLast() else {
                open[least] = nil
                continue
            }
            pops += 1
            if pops & 1023 == 0 { try context.checkpoint() }
            let trail = trails[index]
            if trail.isComplete { return path(index) }
            while distances.distance(trail.place) == nil, !distances.isComplete,
                distances.settled < least - trail.length
            {
                try distances.advance(outer, context)
            }
            guard let bound = atLeast(trail) else { continue }
            if bound > least {
                open[bound, default: []].append(index)
            } else {
                try extend(index, least, outer, context)
            }
        }
        return nil
    }

    /// The length that the paths of a trail have at least, as far as is known; nil where there are
    /// no such paths.
    private func atLeast(_ trail: Trail) -> Int? {
        guard let distances else { return nil }
        if let distance = distances.distance(trail.place) { return trail.length + distance }
        return distances.isComplete ? nil : trail.length + distances.settled + 1
    }

    private func push(
        _ trail: Trail, atLeast least: Int, _ context: ExecutionContext
    ) throws(QueryError) {
        let size = Self.trailSizeInBytes + (trail.edge.map { $0.relationships.count * 8 } ?? 0)
        try context.memory.take(size)
        heldInBytes += size
        trails.append(trail)
        open[least, default: []].append(trails.count - 1)
    }

    private func extend(
        _ index: Int, _ least: Int, _ outer: Batch, _ context: ExecutionContext
    ) throws(QueryError) {
        let trail = trails[index]
        let step = parts[trail.place.part].step
        if trail.repetitions >= step.minimum { try leavePart(index, least, outer, context) }
        if let maximum = step.maximum, trail.repetitions >= maximum { return }
        let next = trail.repetitions + 1
        for edge in try edges(at: trail.place, outer, context) where !uses(edge, index) {
            let child = Trail(
                parent: index, place: PathPlace(node: edge.end, part: trail.place.part),
                repetitions: step.maximum == nil ? min(next, step.minimum) : next,
                length: trail.length + edge.relationships.count, edge: edge, isComplete: false)
            guard let bound = atLeast(child) else { continue }
            try push(child, atLeast: max(bound, least), context)
        }
    }

    /// Goes over to the next part, or completes the path behind the last one.
    private func leavePart(
        _ index: Int, _ least: Int, _ outer: Batch, _ context: ExecutionContext
    ) throws(QueryError) {
        let trail = trails[index]
        let (node, part) = (trail.place.node, trail.place.part)
        let next = isFromSource ? part - 1 : part + 1
        let isComplete = !parts.indices.contains(next)
        if isComplete {
            guard node == measuredFrom else { return }
        } else {
            guard try parts[min(part, next)].admits([node], outer, context)[0] else { return }
        }
        let child = Trail(
            parent: index, place: isComplete ? trail.place : PathPlace(node: node, part: next),
            repetitions: 0, length: trail.length, edge: nil, isComplete: isComplete)
        try push(child, atLeast: least, context)
    }

    /// The repetitions that lead on from a place.
    private func edges(
        at place: PathPlace, _ outer: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [PathEdge] {
        if let known = edges[place] { return known }
        let found = try parts[place.part].edges(
            at: [place.node], isForward: !isFromSource, outer, context)[0]
        edges[place] = found
        edgeCount += found.count + 1
        return found
    }

    /// Whether a trail has one of the relationships of `edge` already.
    private func uses(_ edge: PathEdge, _ index: Int) -> Bool {
        var current = index
        while current >= 0 {
            if let known = trails[current].edge?.relationships,
                known.contains(where: { edge.relationships.contains($0) })
            {
                return true
            }
            current = trails[current].parent
        }
        return false
    }

    /// The path of a complete trail.
    private func path(_ index: Int) -> FoundPath {
        var found: [[PathEdge]] = parts.map { _ in [] }
        var joints = [UInt64](repeating: 0, count: parts.count - 1)
        var current = index
        while current >= 0 {
            let trail = trails[current]
            if let edge = trail.edge {
                found[trail.place.part].append(edge)
            } else if !trail.isComplete, trail.parent >= 0 {
                joints[min(trail.place.part, trails[trail.parent].place.part)] = trail.place.node
            }
            current = trail.parent
        }
        // A trail goes from the end where it began to where distances are measured from.
        return FoundPath(edges: isFromSource ? found : found.map { $0.reversed() }, joints: joints)
    }
}
