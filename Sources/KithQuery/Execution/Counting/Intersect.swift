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
    private var firsts: [UInt64] = []
    private var seconds: [UInt64] = []
    private var rows: [Int32] = []
    private var position = 0
    private var request: IntersectionRequest?
    private var knownTypes = (first: KnownTypes(), second: KnownTypes())
    /// Rows ready to be given.
    private var ready: [Batch] = []

    init(input: Operator, step: IntersectStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while true {
            if let next = ready.popLast() { return next }
            if let batch, position < firsts.count {
                try findMore(batch, context)
                continue
            }
            guard let next = try input.nextNonEmpty(context) else { return nil }
            begin(next, context)
            if let request, step.node == nil, let weight = step.weight {
                return try counted(next, request, weight, context)
            }
        }
    }

    private func begin(_ next: Batch, _ context: ExecutionContext) {
        batch = next
        position = 0
        let (one, oneRows) = next[step.first.node].presentIDs(.node)
        let (other, otherRows) = next[step.second.node].presentIDs(.node)
        if oneRows.count == next.count, otherRows.count == next.count {
            (firsts, seconds, rows) = (one, other, oneRows)
        } else {
            let present = Dictionary(uniqueKeysWithValues: zip(otherRows, other))
            firsts = []
            seconds = []
            rows = []
            for (row, node) in zip(oneRows, one) {
                guard let second = present[row] else { continue }
                firsts.append(node)
                seconds.append(second)
                rows.append(row)
            }
        }
        let firstTypes = knownTypes.first.types(step.first.types, context)
        let secondTypes = knownTypes.second.types(step.second.types, context)
        if firstTypes?.isEmpty == true || secondTypes?.isEmpty == true {
            firsts = []
            seconds = []
            rows = []
        }
        request = IntersectionRequest(
            firstTypes: firstTypes ?? [], firstDirection: step.first.direction.graphDirection,
            secondTypes: secondTypes ?? [], secondDirection: step.second.direction.graphDirection,
            setsLoopsAside: step.closing != nil)
    }

    /// The rows with their weights multiplied by the number of ways; the nodes stay unknown.
    private func counted(
        _ batch: Batch, _ request: IntersectionRequest, _ weight: VariableID,
        _ context: ExecutionContext
    ) throws(QueryError) -> Batch {
        position = firsts.count
        let common = try common.made(context)
        common.removeAll()
        var ways = try firsts.withUnsafeBufferPointer { firsts throws(QueryError) in
            try seconds.withUnsafeBufferPointer { seconds throws(QueryError) in
                try EdgeCounting.perPair(firsts, seconds, context) {
                    (firsts, seconds, ways) throws(GraphError) in
                    try context.graph.countCommonNeighbours(
                        of: firsts, seconds, request, using: common, into: ways)
                }
            }
        }
        for pair in common.unusualPairs {
            for entry in try unusual(Int(pair), request, context) {
                ways[Int(pair)] += entry.ways
            }
        }
        var factors = [Int64](repeating: 0, count: batch.count)
        for (index, row) in rows.enumerated() { factors[Int(row)] = ways[index] }
        return try RowWeights.multiplied(
            batch, by: factors, weight, isWeighted: step.isWeighted, kept: step.kept)
    }

    /// Finds the common neighbours of some more pairs and makes batches of them.
    private func findMore(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        guard let request else { return }
        let common = try common.made(context)
        common.removeAll()
        let start = position
        position = try context.onGraph { () throws(GraphError) in
            try firsts.withUnsafeBufferPointer { firsts throws(GraphError) in
                try seconds.withUnsafeBufferPointer { seconds throws(GraphError) in
                    try context.graph.findCommonNeighbours(
                        of: firsts, seconds, from: start, enough: context.batchSize, request,
                        into: common)
                }
            }
        }
        var result = Found()
        result.pairs += UnsafeBufferPointer(start: common.pairs, count: common.count)
        result.nodes += UnsafeBufferPointer(start: common.nodes, count: common.count)
        result.ways += UnsafeBufferPointer(start: common.ways, count: common.count)
        for pair in common.unusualPairs {
            for entry in try unusual(Int(pair), request, context) {
                result.add(pair, entry.node, entry.ways)
            }
        }
        if !result.pairs.isEmpty { ready = try batches(result, batch, context.batchSize) }
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
    }

    /// Batches of usual size, the first last. Without weights each way is a row.
    private func batches(
        _ found: Found, _ batch: Batch, _ size: Int
    ) throws(QueryError) -> [Batch] {
        var found = found
        if step.weight == nil, found.ways.contains(where: { $0 > 1 }) {
            var repeated = Found()
            for index in found.pairs.indices {
                for _ in 0..<found.ways[index] {
                    repeated.add(found.pairs[index], found.nodes[index], 1)
                }
            }
            found = repeated
        }
        var result: [Batch] = []
        var start = 0
        while start < found.pairs.count {
            let range = start..<min(start + size, found.pairs.count)
            start = range.upperBound
            let picked = batch.gathered(found.pairs[range].map { rows[Int($0)] })
            var extended: Batch
            if let weight = step.weight {
                extended = try RowWeights.multiplied(
                    picked, by: Array(found.ways[range]), weight, isWeighted: step.isWeighted,
                    kept: step.kept)
            } else {
                extended = picked.keeping(step.kept)
            }
            if let node = step.node { extended[node] = .ids(.node, Array(found.nodes[range])) }
            result.append(extended)
        }
        return result.reversed()
    }

    override func restart() {
        batch = nil
        position = 0
        firsts = []
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
        _ pair: Int, _ request: IntersectionRequest, _ context: ExecutionContext
    ) throws(QueryError) -> [(node: UInt64, ways: Int64)] {
        guard let closing = step.closing else { return [] }
        let (first, second) = (firsts[pair], seconds[pair])
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
