import KithGraph
import KithValues

/// Follows the relationships of a node: one row for each relationship that fits.
final class Expand: Operator {
    private let input: Operator
    private let step: ExpandStep
    private let expansion = Expansion(capacity: Batch.capacity)
    private var batch: Batch?
    private var sources: [UInt64] = []
    private var rows: [Int32] = []
    private var types: [RelationshipTypeID] = []
    private var isDone = true

    init(input: Operator, step: ExpandStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while isDone {
            guard let next = try input.nextNonEmpty(context) else { return nil }
            batch = next
            (sources, rows) = next[step.from].presentIDs(.node)
            let wanted = step.types.types(context)
            types = wanted ?? []
            if sources.isEmpty || wanted?.isEmpty == true {
                try context.checkpoint()
                continue
            }
            expansion.begin()
            isDone = false
        }
        guard let batch else { return nil }
        let wantsRelationships = step.needsRelationships
        isDone = try context.onGraph { () throws(GraphError) in
            try sources.withUnsafeBufferPointer { buffer throws(GraphError) in
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
        var indices = [Int32](repeating: 0, count: count)
        let isDense = rows.count == batch.count
        for edge in 0..<count {
            let source = Int(expansion.sourceIndexes[edge])
            indices[edge] = isDense ? Int32(source) : rows[source]
        }
        var result = batch.keeping(step.kept).gathered(indices)
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
        input.restart()
    }
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

    var name: String { "Expand" }
    func details(_ names: VariableNames) -> String {
        let inner = (relationship.map { names.name($0) } ?? "") + types.text
        return "(\(names.name(from)))\(direction.arrow(inner))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Expand(input: inputs[0], step: self)
    }
}

/// Finds the relationships between two nodes that are both known: one row for each that fits.
final class ExpandInto: Operator {
    private let input: Operator
    private let step: ExpandIntoStep

    init(input: Operator, step: ExpandIntoStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.nextNonEmpty(context) else { return nil }
        let types =
            step.types.types(context)
            ?? context.graph.catalog.relationshipTypeNames.compactMap {
                context.graph.catalog.relationshipType($0)
            }
        let (from, to) = (batch[step.from], batch[step.to])
        var rows: [Int32] = []
        var relationships: [UInt64] = []
        for row in 0..<batch.count {
            guard case .node(let source) = from.value(at: row),
                case .node(let target) = to.value(at: row)
            else { continue }
            let before = relationships.count
            var found = relationships
            try context.onGraph { () throws(GraphError) in
                for type in types {
                    if step.direction != .incoming {
                        try context.graph.relationships(
                            from: source.rawValue, to: target.rawValue, type: type, into: &found)
                    }
                    if step.direction == .incoming
                        || (step.direction == .either && source != target)
                    {
                        try context.graph.relationships(
                            from: target.rawValue, to: source.rawValue, type: type, into: &found)
                    }
                }
            }
            relationships = found
            rows.append(
                contentsOf: repeatElement(Int32(row), count: relationships.count - before))
        }
        var result = batch.keeping(step.kept).gathered(rows)
        if let relationship = step.relationship {
            result[relationship] = .ids(.relationship, relationships)
        }
        guard let distinct = step.uniqueness.distinctRows(relationships, result) else {
            return result
        }
        return result.gathered(distinct)
    }

    override func restart() { input.restart() }
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

    var name: String { "ExpandInto" }
    func details(_ names: VariableNames) -> String {
        let inner = (relationship.map { names.name($0) } ?? "") + types.text
        return "(\(names.name(from)))\(direction.arrow(inner))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        ExpandInto(input: inputs[0], step: self)
    }
}
