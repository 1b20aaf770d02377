import KithGraph
import KithValues

/// Finds, for each row, the nodes that are neighbours of two of its nodes: a pattern's cycle closed by
/// intersecting sorted adjacency, never larger than the shorter of the two lists.
final class Intersect: Operator {
    private let input: Operator
    private let step: IntersectStep
    private let common = KeptForGraph<CommonNeighbours>()
    /// The rows being extended, and how far that got.
    private var batch: Batch?
    private var firsts: Vector?
    private var seconds: Vector?
    private var position = 0
    private var request: IntersectionRequest?
    private var knownTypes = (first: KnownTypes(), second: KnownTypes())
    /// Rows ready to be given.
    private var ready: [Batch] = []
    // Of this operator alone: the step's own would have its references counted by all threads.
    private let kept: [VariableID]
    /// The variables that a row found needs of its input.
    private let needed: [VariableID]

    init(input: Operator, step: IntersectStep) {
        self.input = input
        self.step = step
        kept = step.kept.map { $0 }
        let weight = step.isWeighted ? step.weight : nil
        needed = kept.filter { $0 != weight } + [weight].compactMap { $0 }
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while true {
            if let next = ready.popLast() { return next }
            if let batch, let firsts, let seconds, position < batch.count {
                try findMore(batch, firsts, seconds, context)
                continue
            }
            guard let next = try input.nextNonEmpty(context) else { return nil }
            // A null stands for a node that has no neighbours.
            let firsts = EdgeCounting.ids(next[step.first.node])
            let seconds = EdgeCounting.ids(next[step.second.node])
            let request = begin(context)
            if step.node == nil, let weight = step.weight {
                let ways = try ways(firsts, seconds, request, context)
                return try RowWeights.multiplied(
                    next, by: ways, weight, isWeighted: step.isWeighted, kept: kept)
            }
            guard request != nil else { continue }
            batch = next
            self.firsts = firsts
            self.seconds = seconds
            position = 0
        }
    }

    /// What to ask for; nil where no relationship is of the types.
    private func begin(_ context: ExecutionContext) -> IntersectionRequest? {
        let firstTypes = knownTypes.first.types(step.first.types, context)
        let secondTypes = knownTypes.second.types(step.second.types, context)
        let hasTypes = firstTypes?.isEmpty != true && secondTypes?.isEmpty != true
        request =
            hasTypes
            ? IntersectionRequest(
                firstTypes: firstTypes ?? [], firstDirection: step.first.direction.graphDirection,
                secondTypes: secondTypes ?? [],
                secondDirection: step.second.direction.graphDirection,
                setsLoopsAside: step.closing != nil) : nil
        return request
    }

    /// For each pair the number of ways; the nodes stay unknown.
    private func ways(
        _ firsts: Vector, _ seconds: Vector, _ request: IntersectionRequest?,
        _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        guard let request else { return EdgeCounting.equal(0, count: firsts.count) }
        let common = try common.made(context)
        common.removeAll()
        let ways = try EdgeCounting.perPair(firsts, seconds, context) {
            (firsts, seconds, ways) throws(GraphError) in
            try context.graph.countCommonNeighbours(
                of: firsts, seconds, request, using: common, into: ways)
        }
        for pair in common.unusualPairs {
            let (first, second) = (firsts.ids[Int(pair)], seconds.ids[Int(pair)])
            for entry in try unusual(first, second, request, context) {
                ways.integers[Int(pair)] += entry.ways
            }
        }
        return ways
    }

    /// Finds the common neighbours of some more pairs and makes batches of them.
    private func findMore(
        _ batch: Batch, _ firsts: Vector, _ seconds: Vector, _ context: ExecutionContext
    ) throws(QueryError) {
        guard let request else { return }
        let common = try common.made(context)
        common.removeAll()
        let start = position
        position = try context.onGraph { () throws(GraphError) in
            try context.graph.findCommonNeighbours(
                of: UnsafeBufferPointer(start: firsts.ids, count: firsts.count),
                UnsafeBufferPointer(start: seconds.ids, count: seconds.count), from: start,
                enough: context.batchSize, request, into: common)
        }
        if common.unusualPairs.isEmpty, step.weight != nil {
            ready = try batches(
                common.pairs, common.nodes, common.ways, count: common.count, batch,
                context.batchSize)
            return
        }
        var found = Found()
        found.pairs += UnsafeBufferPointer(start: common.pairs, count: common.count)
        found.nodes += UnsafeBufferPointer(start: common.nodes, count: common.count)
        found.ways += UnsafeBufferPointer(start: common.ways, count: common.count)
        for pair in common.unusualPairs {
            let (first, second) = (firsts.ids[Int(pair)], seconds.ids[Int(pair)])
            for entry in try unusual(first, second, request, context) {
                found.add(pair, entry.node, entry.ways)
            }
        }
        // Without weights each way is a row.
        if step.weight == nil { found = found.oneByOne }
        ready = try found.withPointers { (pairs, nodes, ways) throws(QueryError) in
            try batches(
                pairs, nodes, ways, count: found.pairs.count, batch, context.batchSize)
        }
    }

    /// What was found for some pairs, flat.
    private struct Found {
        var pairs: [Int32] = []
        var nodes: [UInt64] = []
        var ways: [Int64] = []

        mutating func add(_ pair: Int32, _ node: UInt64, _ ways: Int64) {
            pairs.append(pair)
            nodes.append(node)
            self.ways.append(ways)
        }

        /// The same with as many entries of one way as there are ways.
        var oneByOne: Found {
            guard ways.contains(where: { $0 > 1 }) else { return self }
            var result = Found()
            for index in pairs.indices {
                for _ in 0..<ways[index] { result.add(pairs[index], nodes[index], 1) }
            }
            return result
        }

        /// Calls `body` with where the entries lie, unless there are none.
        func withPointers(
            _ body: (
                UnsafePointer<Int32>, UnsafePointer<UInt64>, UnsafePointer<Int64>
            ) throws(QueryError) -> [Batch]
        ) throws(QueryError) -> [Batch] {
            try pairs.withUnsafeBufferPointer { pairs throws(QueryError) in
                try nodes.withUnsafeBufferPointer { nodes throws(QueryError) in
                    try ways.withUnsafeBufferPointer { ways throws(QueryError) in
                        guard let pairs = pairs.baseAddress, let nodes = nodes.baseAddress,
                            let ways = ways.baseAddress
                        else { return [] }
                        return try body(pairs, nodes, ways)
                    }
                }
            }
        }
    }

    /// Batches of usual size, the first last.
    private func batches(
        _ pairs: UnsafePointer<Int32>, _ nodes: UnsafePointer<UInt64>,
        _ ways: UnsafePointer<Int64>, count: Int, _ batch: Batch, _ size: Int
    ) throws(QueryError) -> [Batch] {
        var result: [Batch] = []
        var start = 0
        while start < count {
            let length = min(size, count - start)
            var extended = batch.mapped(needed, count: length) {
                $0.gathered(pairs + start, count: length)
            }
            if let weight = step.weight {
                let factors = Vector(.integer, count: length)
                factors.integers.update(from: ways + start, count: length)
                extended = try RowWeights.multiplied(
                    extended, by: factors, weight, isWeighted: step.isWeighted, kept: kept)
            }
            if let node = step.node { extended[node] = .ids(.node, nodes + start, count: length) }
            result.append(extended)
            start += length
        }
        return result.reversed()
    }

    override func restart() {
        batch = nil
        position = 0
        firsts = nil
        seconds = nil
        ready = []
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

extension Intersect {
    /// The ways of a pair next to an edge from a node to itself: where nodes of the triangle are the same
    /// node, its relationships may be the same too, and must not.
    ///
    /// Of the triples of different relationships each relationship between the pair is part of equally
    /// many: the three accept the same ones, so two of the sets of candidates are equal or have none in
    /// common. A row stands for one of them.
    private func unusual(
        _ first: UInt64, _ second: UInt64, _ request: IntersectionRequest,
        _ context: ExecutionContext
    ) throws(QueryError) -> [(node: UInt64, ways: Int64)] {
        guard let closing = step.closing else { return [] }
        var candidates = [first, second]
        if first == second {
            candidates = try context.onGraph { () throws(GraphError) in
                try context.graph.neighbours(
                    of: first, types: request.firstTypes, direction: request.firstDirection)
            }
        }
        let base = try edges(
            first, second, request.firstTypes, closing.graphDirection, context)
        var result: [(node: UInt64, ways: Int64)] = []
        for node in Set(candidates).sorted() {
            let one = try edges(
                first, node, request.firstTypes, request.firstDirection, context)
            let other = try edges(
                second, node, request.secondTypes, request.secondDirection, context)
            let triples =
                base.count * one.count * other.count
                - base.intersection(one).count * other.count
                - base.intersection(other).count * one.count
                - one.intersection(other).count * base.count
                + 2 * base.intersection(one).intersection(other).count
            precondition(
                base.isEmpty || triples % base.count == 0,
                "the three relationships of a triangle accept the same ones")
            if triples > 0 { result.append((node, Int64(triples / base.count))) }
        }
        return result
    }

    private func edges(
        _ from: UInt64, _ to: UInt64, _ types: [RelationshipTypeID], _ direction: Direction,
        _ context: ExecutionContext
    ) throws(QueryError) -> Set<UInt64> {
        var found: [UInt64] = []
        let catalog = context.graph.catalog
        let all =
            types.isEmpty
            ? catalog.relationshipTypeNames.compactMap { catalog.relationshipType($0) } : types
        try context.onGraph { () throws(GraphError) in
            for type in all {
                if direction != .incoming {
                    try context.graph.relationships(from: from, to: to, type: type, into: &found)
                }
                if direction != .outgoing {
                    try context.graph.relationships(from: to, to: from, type: type, into: &found)
                }
            }
        }
        return Set(found)
    }
}

/// The step of ``Intersect``.
struct IntersectStep: PlanStep {
    /// A known node and how it is followed.
    struct Side {
        let node: VariableID
        let types: TypeCondition
        let direction: PatternDirection
    }

    let first: Side
    let second: Side
    /// Of a triangle of three alike, the direction of its third relationship from the first node to the
    /// second; nil where no two relationships can be the same.
    let closing: PatternDirection?
    /// The variable of the node found; nil where it is only counted.
    let node: VariableID?
    let kept: [VariableID]
    /// The variable that takes the number of ways, where rows may carry weights.
    let weight: VariableID?
    let isWeighted: Bool

    var isRowLocal: Bool { true }
    var name: String { node == nil ? "CountCommonNeighbours" : "CommonNeighbours" }
    func details(_ names: VariableNames) -> String {
        let node = node.map { names.name($0) } ?? ""
        return "(\(names.name(first.node)))\(first.direction.arrow(first.types.text))(\(node))"
            + "\(second.direction.reversed.arrow(second.types.text))(\(names.name(second.node)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Intersect(input: inputs[0], step: self)
    }
}
