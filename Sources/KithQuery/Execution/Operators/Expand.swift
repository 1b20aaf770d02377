import KithGraph
import KithValues

/// Follows the relationships of a node: one row for each relationship that fits.
final class Expand: Operator {
    private let input: Operator
    private let step: ExpandStep
    private let expansion: Expansion
    @exclusivity(unchecked) private var batch: Batch?
    /// The nodes to start at, where every row has one; else those that there are, with their rows.
    @exclusivity(unchecked) private var dense: Vector?
    @exclusivity(unchecked) private var sources: [UInt64] = []
    @exclusivity(unchecked) private var rows: [Int32] = []
    @exclusivity(unchecked) private var types: [RelationshipTypeID] = []
    @exclusivity(unchecked) private var knownTypes = KnownTypes()
    @exclusivity(unchecked) private var isDone = true
    /// The source and the neighbour of the last edge, where repeats are left out.
    @exclusivity(unchecked) private var last: (source: UInt32, neighbour: UInt64)?

    init(input: Operator, step: ExpandStep, batchSize: Int) {
        self.input = input
        self.step = step
        expansion = Expansion(capacity: batchSize)
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while isDone {
            guard let next = try input.nextNonEmpty(context) else { return nil }
            batch = next
            let from = next[step.from]
            dense = from.layout == .node && from.validity == nil && !from.isConstant ? from : nil
            if dense == nil { (sources, rows) = from.presentIDs(.node) }
            let wanted = knownTypes.types(step.types, context)
            types = wanted ?? []
            if (dense == nil && sources.isEmpty) || wanted?.isEmpty == true {
                try context.checkpoint()
                continue
            }
            expansion.begin()
            isDone = false
            last = nil
        }
        guard let batch else { return nil }
        let wantsRelationships = step.needsRelationships
        isDone = try context.onGraph { () throws(GraphError) in
            if let dense {
                return try context.graph.expand(
                    UnsafeBufferPointer(start: dense.ids, count: dense.count), types: types,
                    direction: step.direction.graphDirection,
                    wantsRelationships: wantsRelationships, into: expansion)
            }
            return try sources.withUnsafeBufferPointer { buffer throws(GraphError) in
                try context.graph.expand(
                    buffer, types: types, direction: step.direction.graphDirection,
                    wantsRelationships: wantsRelationships, into: expansion)
            }
        }
        return result(of: batch)
    }

    /// The rows of the edges just found.
    private func result(of batch: Batch) -> Batch {
        let count = expansion.count
        let kept = step.kept
        var result: Batch
        if batch.count == 1 {
            result = batch.mapped(kept, count: count) { $0.repeated(0, count: count) }
        } else if dense == nil {
            var indices = [Int32](repeating: 0, count: count)
            for edge in 0..<count { indices[edge] = rows[Int(expansion.sourceIndexes[edge])] }
            result = batch.keeping(kept).gathered(indices)
        } else if expansion.isOneToOne {
            result = batch.keeping(kept)
        } else {
            // Numbers of rows fit in 31 bits.
            result = expansion.sourceIndexes.withMemoryRebound(to: Int32.self, capacity: count) {
                indices in
                batch.mapped(kept, count: count) { $0.gathered(indices, count: count) }
            }
        }
        result[step.to] = .ids(.node, expansion.neighbours, count: count)
        if let relationship = step.relationship {
            result[relationship] = .ids(.relationship, expansion.relationships, count: count)
        }
        if step.isOncePerNeighbour { return withoutRepeats(result) }
        guard !step.uniqueness.others.isEmpty else { return result }
        let ids = Array(UnsafeBufferPointer(start: expansion.relationships, count: count))
        guard let distinct = step.uniqueness.distinctRows(ids, result), distinct.count < count
        else { return result }
        return result.gathered(distinct)
    }

    /// The rows without those that have the same source and neighbour as the row before.
    private func withoutRepeats(_ rows: Batch) -> Batch {
        let (sources, neighbours) = (expansion.sourceIndexes, expansion.neighbours)
        let count = expansion.count
        guard count > 0 else { return rows }
        var repeats = last.map { $0 == (sources[0], neighbours[0]) } ?? false
        last = (sources[count - 1], neighbours[count - 1])
        let firstRepeats = repeats
        var edge = 1
        while edge < count {
            let isRepeat =
                neighbours[edge] == neighbours[edge &- 1] && sources[edge] == sources[edge &- 1]
            repeats = repeats || isRepeat
            edge &+= 1
        }
        guard repeats else { return rows }
        var kept: [Int32] = firstRepeats ? [] : [0]
        for edge in 1..<count
        where neighbours[edge] != neighbours[edge - 1] || sources[edge] != sources[edge - 1] {
            kept.append(Int32(edge))
        }
        return rows.gathered(kept)
    }

    override func restart() {
        isDone = true
        batch = nil
        dense = nil
        expansion.begin()
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``Expand``.
struct ExpandStep: PlanStep {
    let from: VariableID
    let to: VariableID
    /// The variable of the relationship; nil where nobody reads it.
    let relationship: VariableID?
    let types: TypeCondition
    let direction: PatternDirection
    let uniqueness: RelationshipUniqueness
    /// The input's variables that stay.
    let kept: [VariableID]
    /// Whether several relationships of a node to one other node give one row: only along the lists of
    /// one type in one direction, where they lie next to each other.
    var isOncePerNeighbour = false

    /// Whether the ids of relationships must be found.
    var needsRelationships: Bool { relationship != nil || !uniqueness.others.isEmpty }

    var isRowLocal: Bool { true }
    var name: String { "Expand" }
    func details(_ names: VariableNames) -> String {
        let inner = (relationship.map { names.name($0) } ?? "") + types.text
        return "(\(names.name(from)))\(direction.arrow(inner))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Expand(input: inputs[0], step: self, batchSize: builder.batchSize)
    }
}
