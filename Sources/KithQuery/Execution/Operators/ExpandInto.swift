import KithGraph
import KithValues

/// Finds the relationships between two nodes that are both known: one row for each that fits.
///
/// Where neighbouring rows share one of the two nodes, as in a pattern that closes a cycle, that
/// node's edges are put into a table once and each row looks into it; otherwise each pair is searched
/// in the sorted adjacency of its first node.
final class ExpandInto: Operator {
    private let input: Operator
    private let step: ExpandIntoStep
    private let table: NeighbourTable
    private let marks = KeptForGraph<NeighbourMarks>()
    private var knownTypes = KnownTypes()
    /// The node whose edges the table holds, and the state of the graph they are of.
    private var tabled: (node: UInt64, isFrom: Bool, version: UInt64)?

    /// The pairs found so far: rows of the batch and relationships. Passed along as a value, because
    /// each access to a class's own array is checked at run time.
    private struct Matches {
        var rows: [Int32] = []
        var relationships: [UInt64] = []
        var edges: [Int32] = []
    }

    /// So many rows in a run make the table worth its making.
    private static let runMin = 4

    init(input: Operator, step: ExpandIntoStep, batchSize: Int) {
        self.input = input
        self.step = step
        table = NeighbourTable(batchSize: batchSize)
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.nextNonEmpty(context) else { return nil }
        let types = knownTypes.types(step.types, context)
        if !step.needsRelationships { return try counted(batch, types, context) }
        var matches = Matches()
        if types?.isEmpty != true { try match(batch, types ?? [], &matches, context) }
        var result = batch.keeping(step.kept).gathered(matches.rows)
        if let relationship = step.relationship {
            result[relationship] = .ids(.relationship, matches.relationships)
        }
        guard let distinct = step.uniqueness.distinctRows(matches.relationships, result) else {
            return result
        }
        return result.gathered(distinct)
    }

    /// The rows with their pairs' edges only counted: as weights, or as so many equal rows.
    private func counted(
        _ batch: Batch, _ types: [RelationshipTypeID]?, _ context: ExecutionContext
    ) throws(QueryError) -> Batch {
        let counts =
            types?.isEmpty == true
            ? EdgeCounting.equal(0, count: batch.count)
            : try EdgeCounting.counts(
                EdgeCounting.ids(batch[step.from]), EdgeCounting.ids(batch[step.to]), types ?? [],
                step.direction.graphDirection, try marks.made(context), context)
        if let weight = step.weight {
            return try RowWeights.multiplied(
                batch, by: counts, weight, isWeighted: step.isWeighted, kept: step.kept)
        }
        var rows: [Int32] = []
        for row in 0..<batch.count where counts.integers[row] > 0 {
            for _ in 0..<counts.integers[row] { rows.append(Int32(truncatingIfNeeded: row)) }
        }
        return batch.keeping(step.kept).gathered(rows)
    }

    private func match(
        _ batch: Batch, _ types: [RelationshipTypeID], _ matches: inout Matches,
        _ context: ExecutionContext
    ) throws(QueryError) {
        let needsRelationships = step.needsRelationships
        let from = Self.ids(batch[step.from])
        let to = Self.ids(batch[step.to])
        let isFrom = Self.runCount(from) <= Self.runCount(to)
        let (pivots, others) = isFrom ? (from, to) : (to, from)
        var start = 0
        while start < batch.count {
            var end = start + 1
            while end < batch.count, pivots[end] == pivots[start] { end += 1 }
            defer { start = end }
            guard let pivot = pivots[start] else { continue }
            let isTabled = tabled.map {
                $0.node == pivot && $0.isFrom == isFrom && $0.version == context.graphVersion
            }
            if end - start >= Self.runMin || isTabled == true {
                if isTabled != true { try makeTable(pivot, isFrom, types, context) }
                for row in start..<end {
                    guard let other = others[row] else { continue }
                    matches.edges.removeAll(keepingCapacity: true)
                    table.find(other, into: &matches.edges)
                    for edge in matches.edges {
                        matches.rows.append(Int32(row))
                        if needsRelationships {
                            matches.relationships.append(table.relationships[Int(edge)])
                        }
                    }
                }
            } else {
                for row in start..<end {
                    guard let source = from[row], let target = to[row] else { continue }
                    try search(source, target, types, row, &matches, context)
                }
            }
        }
    }

    private func makeTable(
        _ pivot: UInt64, _ isFrom: Bool, _ types: [RelationshipTypeID],
        _ context: ExecutionContext
    ) throws(QueryError) {
        let direction = isFrom ? step.direction : step.direction.reversed
        tabled = nil
        try table.fill(
            with: pivot, types: types, direction: direction.graphDirection,
            wantsRelationships: step.needsRelationships, context)
        tabled = (pivot, isFrom, context.graphVersion)
    }

    private func search(
        _ source: UInt64, _ target: UInt64, _ types: [RelationshipTypeID], _ row: Int,
        _ matches: inout Matches, _ context: ExecutionContext
    ) throws(QueryError) {
        let catalog = context.graph.catalog
        let all =
            types.isEmpty
            ? catalog.relationshipTypeNames.compactMap { catalog.relationshipType($0) } : types
        var found: [UInt64] = []
        try context.onGraph { () throws(GraphError) in
            for type in all {
                if step.direction != .incoming {
                    try context.graph.relationships(
                        from: source, to: target, type: type, into: &found)
                }
                if step.direction == .incoming || (step.direction == .either && source != target) {
                    try context.graph.relationships(
                        from: target, to: source, type: type, into: &found)
                }
            }
        }
        matches.relationships += found
        matches.rows.append(contentsOf: repeatElement(Int32(row), count: found.count))
    }

    /// The id of each row's node; nil where there is none.
    private static func ids(_ vector: Vector) -> [UInt64?] {
        if vector.layout == .node, vector.validity == nil {
            let mask = vector.positionMask
            return (0..<vector.count).map { vector.ids[$0 & mask] }
        }
        return (0..<vector.count).map { row in
            if case .node(let id) = vector.value(at: row) { return id.rawValue }
            return nil
        }
    }

    private static func runCount(_ ids: [UInt64?]) -> Int {
        ids.indices.dropFirst().reduce(1) { $0 + (ids[$1] == ids[$1 - 1] ? 0 : 1) }
    }

    override func restart() {
        tabled = nil
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``ExpandInto``.
struct ExpandIntoStep: PlanStep {
    let from: VariableID
    let to: VariableID
    let relationship: VariableID?
    let types: TypeCondition
    let direction: PatternDirection
    let uniqueness: RelationshipUniqueness
    let kept: [VariableID]
    /// The variable that takes the number of edges, where rows may carry weights.
    var weight: VariableID?
    /// Whether the input carries weights already.
    var isWeighted = false

    /// Whether the ids of relationships must be found.
    var needsRelationships: Bool { relationship != nil || !uniqueness.others.isEmpty }

    var isRowLocal: Bool { true }
    var name: String { "ExpandInto" }
    func details(_ names: VariableNames) -> String {
        let inner = (relationship.map { names.name($0) } ?? "") + types.text
        return "(\(names.name(from)))\(direction.arrow(inner))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        ExpandInto(input: inputs[0], step: self, batchSize: builder.batchSize)
    }
}
