import KithValues

/// One step along relationships: of which types (none: all), which way, and to nodes with which label.
public struct WalkStep: Hashable, Sendable {
    /// The types; an empty list stands for all.
    public var types: [RelationshipTypeID]
    /// The way.
    public var direction: Direction
    /// The label of the node at the end; nil for any.
    public var label: LabelID?

    /// Makes a step.
    public init(types: [RelationshipTypeID], direction: Direction, label: LabelID? = nil) {
        self.types = types
        self.direction = direction
        self.label = label
    }
}

/// How many relationships of one kind nodes have, by a sample.
public struct DegreeStatistics: Sendable {
    /// How many in the mean.
    public let mean: Double
    /// The share of the nodes that have any.
    public let shareWithAny: Double
    /// How many in the mean where each node counts as often as it was reached; as ``mean`` where
    /// nothing leads to the nodes.
    public let meanWhereReached: Double
    /// The share that have any where each node counts as often as it was reached.
    public let shareWithAnyWhereReached: Double
    /// The nodes looked at.
    public let sampleCount: Int
}

/// A walk of one shape: from a node with a label two ways, to a first and to a last node.
public struct WalkShape: Hashable, Sendable {
    /// The label of the node in between; nil for any.
    public var label: LabelID?
    /// The steps to the first node.
    public var back: [WalkStep]
    /// The steps to the last node.
    public var forth: [WalkStep]

    /// Makes a shape.
    public init(label: LabelID?, back: [WalkStep], forth: [WalkStep]) {
        self.label = label
        self.back = back
        self.forth = forth
    }
}

/// How often the ends of walks of one shape are joined, by a sample.
public struct ClosureStatistics: Sendable {
    /// How many relationships join the ends of a walk in the mean.
    public let mean: Double
    /// The share of walks whose ends are joined.
    public let shareWithAny: Double
    /// The walks that reached their end.
    public let walkCount: Int
}

/// What statistics about degrees are of.
enum SampledDegrees: Hashable, Sendable {
    /// The relationships `counted` of nodes with a label, reached over `reaching` seen from them.
    case degrees(label: LabelID?, reaching: WalkStep?, counted: WalkStep)
    /// The relationships `closing` from the last node of a walk to its first.
    case closure(WalkShape, closing: WalkStep)
}

extension GraphReader {
    /// How many relationships the nodes with a label have, also where each counts as often as it has
    /// relationships of another kind: one that many lead to is reached more often.
    ///
    /// Reads at most 32 chunks spread over the label; the same graph always gives the same sample.
    public func degreeStatistics(
        label: LabelID?, reaching: WalkStep?, counted: WalkStep
    ) throws(GraphError) -> DegreeStatistics {
        let sampled = SampledDegrees.degrees(label: label, reaching: reaching, counted: counted)
        return try remembered(sampled, \.degrees) { () throws(GraphError) in
            let counting = lists(types: counted.types, direction: counted.direction)
            let weighing = reaching.map { lists(types: $0.types, direction: $0.direction) }
            var sums = (degree: 0.0, any: 0.0, weight: 0.0, weighted: 0.0, weightedAny: 0.0)
            let nodes = try sampledNodes(label: label)
            for node in nodes {
                let degree = Double(try self.degree(of: node, in: counting))
                var weight = 1.0
                if let weighing { weight = Double(try self.degree(of: node, in: weighing)) }
                let any = degree > 0 ? 1.0 : 0
                sums.degree += degree
                sums.any += any
                sums.weight += weight
                sums.weighted += weight * degree
                sums.weightedAny += weight * any
            }
            let count = Double(max(nodes.count, 1))
            let reached = sums.weight > 0
            return DegreeStatistics(
                mean: sums.degree / count, shareWithAny: sums.any / count,
                meanWhereReached: reached ? sums.weighted / sums.weight : sums.degree / count,
                shareWithAnyWhereReached: reached
                    ? sums.weightedAny / sums.weight : sums.any / count,
                sampleCount: nodes.count)
        }
    }

    /// How often a relationship leads from the last node of a walk to its first.
    ///
    /// Random walks, each of which stands for as many as there were choices on its way (as in Li and
    /// others, Wander Join, 2016), from seeds that are always the same. The more nodes there are to
    /// begin at, the less do their weights differ.
    public func closureStatistics(
        _ shape: WalkShape, closing: WalkStep
    ) throws(GraphError) -> ClosureStatistics {
        let sampled = SampledDegrees.closure(shape, closing: closing)
        return try remembered(sampled, \.closures) { () throws(GraphError) in
            let back = prepared(shape.back)
            let forth = prepared(shape.forth)
            let closingLists = lists(types: closing.types, direction: closing.direction)
            let nodes = try sampledNodes(label: shape.label)
            var random = WalkRandom()
            var sums = (weight: 0.0, closed: 0.0, any: 0.0)
            var walkCount = 0
            for round in 0..<Self.walksMax where !nodes.isEmpty {
                let begin = nodes[round % nodes.count]
                guard let first = try walk(from: begin, back, &random),
                    let last = try walk(from: begin, forth, &random)
                else { continue }
                let count = try edgeCount(from: last.node, to: first.node, in: closingLists)
                let weight = first.weight * last.weight
                walkCount += 1
                sums.weight += weight
                sums.closed += weight * Double(count)
                sums.any += count > 0 ? weight : 0
            }
            let weight = max(sums.weight, .leastNormalMagnitude)
            return ClosureStatistics(
                mean: sums.closed / weight, shareWithAny: sums.any / weight,
                walkCount: walkCount)
        }
    }

    /// The most chunks from which nodes are drawn.
    private static let sampledChunksMax = 32
    /// The most nodes that are drawn.
    private static let sampledNodesMax = 512
    /// The walks of one sample.
    private static let walksMax = 512

    /// Nodes with a label, evenly spread.
    private func sampledNodes(label: LabelID?) throws(GraphError) -> [UInt64] {
        let chunks = try nodeChunks(label: label)
        let chunkCount = min(chunks.count, Self.sampledChunksMax)
        var nodes: [UInt64] = []
        for number in 0..<chunkCount {
            let chunk = chunks[number * chunks.count / chunkCount]
            let slots = try slots(inNodeChunk: chunk, labels: label.map { [$0] } ?? [])
            let ids = slots.ids(of: chunk)
            let taken = min(ids.count, Self.sampledNodesMax / chunkCount)
            for index in 0..<taken { nodes.append(ids[index * ids.count / taken]) }
        }
        return nodes
    }

    private func degree(of node: UInt64, in lists: [ListsOfType]) throws(GraphError) -> Int {
        let step = cache.enter()
        defer { cache.leave(step) }
        var total = 0
        for list in lists { total += try degree(list, node) }
        return total
    }

    private func edgeCount(
        from node: UInt64, to other: UInt64, in lists: [ListsOfType]
    ) throws(GraphError) -> Int {
        let step = cache.enter()
        defer { cache.leave(step) }
        let chunk = node >> UInt64(GraphLimits.slotBits)
        var total = 0
        for list in lists where !(list.skipsLoops && node == other) {
            if list.changed?[chunk] == nil {
                let base = try baseLists(of: node, list.key, in: list.table)
                total += base.edges(slot: slot(node), neighbour: other).count
            } else {
                let edges = try mergedList(list, node)
                total += edges.count { $0.neighbour == other }
            }
        }
        return total
    }

    /// Where a random walk ends and how many it stands for; nil where it gets stuck.
    private func walk(
        from begin: UInt64, _ steps: [PreparedStep], _ random: inout WalkRandom
    ) throws(GraphError) -> (node: UInt64, weight: Double)? {
        var node = begin
        var weight = 1.0
        for step in steps {
            let inStep = cache.enter()
            defer { cache.leave(inStep) }
            var total = 0
            for list in step.lists { total += try degree(list, node) }
            guard total > 0 else { return nil }
            weight *= Double(total)
            node = try neighbour(
                Int(random.next() % UInt64(total)), of: node, in: step.lists)
            if let wanted = step.wantedSets {
                guard let set = try labelSet(of: node), wanted[Int(set)] else { return nil }
            }
        }
        return (node, weight)
    }

    /// One of a node's neighbours, by its place among all of them. Within a step of the cache.
    private func neighbour(
        _ place: Int, of node: UInt64, in lists: [ListsOfType]
    ) throws(GraphError) -> UInt64 {
        let chunk = node >> UInt64(GraphLimits.slotBits)
        var place = place
        for list in lists {
            let count = try degree(list, node)
            if place >= count {
                place -= count
                continue
            }
            let base = try baseLists(of: node, list.key, in: list.table)
            let range = base.range(slot(node))
            if list.changed?[chunk] == nil, range.count == count {
                return base.neighbour(range.lowerBound + place)
            }
            let edges = try mergedList(list, node)
            return (list.skipsLoops ? edges.filter { $0.neighbour != node } : edges)[place]
                .neighbour
        }
        preconditionFailure("a node has as many neighbours as it was said to have")
    }

    private func prepared(_ steps: [WalkStep]) -> [PreparedStep] {
        steps.map { step in
            let sets = catalog.labelSets
            return PreparedStep(
                lists: lists(types: step.types, direction: step.direction),
                wantedSets: step.label.map { label in
                    (0..<sets.count).map { sets[UInt32($0)].contains(label.rawValue) }
                })
        }
    }
}

/// A step of a walk with what it needs of the graph.
private struct PreparedStep {
    let lists: [ListsOfType]
    /// The label sets that a node at its end may have; nil for any.
    let wantedSets: [Bool]?
}

/// SplitMix64 (Steele, Lea and Flood 2014) from one seed.
private struct WalkRandom {
    private var state: UInt64 = 0x1234_5678_9abc_def1

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
