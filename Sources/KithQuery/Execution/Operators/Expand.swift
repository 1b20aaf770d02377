import KithGraph
import KithValues

/// Follows the relationships of a node: one row for each relationship that fits.
final class Expand: Operator {
    private let input: Operator
    private let step: ExpandStep
    private let expansion: Expansion
    private var batch: Batch?
    /// The nodes to start at, where every row has one; else those that there are, with their rows.
    private var dense: Vector?
    private var sources: [UInt64] = []
    private var rows: [Int32] = []
    private var types: [RelationshipTypeID] = []
    private var knownTypes = KnownTypes()
    private var isDone = true

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
        var result = batch.keeping(step.kept)
        if batch.count == 1 {
            result = result.repeated(0, count: count)
        } else if dense == nil {
            var indices = [Int32](repeating: 0, count: count)
            for edge in 0..<count { indices[edge] = rows[Int(expansion.sourceIndexes[edge])] }
            result = result.gathered(indices)
        } else if !expansion.isOneToOne {
            // Numbers of rows fit in 31 bits.
            result = expansion.sourceIndexes.withMemoryRebound(to: Int32.self, capacity: count) {
                result.gathered(UnsafeBufferPointer(start: $0, count: count))
            }
        }
        result[step.to] = .ids(.node, expansion.neighbours, count: count)
        if let relationship = step.relationship {
            result[relationship] = .ids(.relationship, expansion.relationships, count: count)
        }
        guard !step.uniqueness.others.isEmpty else { return result }
        let ids = Array(UnsafeBufferPointer(start: expansion.relationships, count: count))
        guard let distinct = step.uniqueness.distinctRows(ids, result), distinct.count < count
        else { return result }
        return result.gathered(distinct)
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
