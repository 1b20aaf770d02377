import KithGraph
import KithValues

/// Follows paths of several relationships, none of them twice: one row for each path whose length
/// lies within the bounds.
///
/// Paths are held in chunks that point to the chunk of their beginnings. The chunk found last is
/// extended first, so that what is held at once grows with the paths' length, not their number.
final class VariableExpand: Operator {
    /// Paths of one length, each the extension of one in the chunk before.
    private final class Chunk {
        let parent: Chunk?
        let length: Int
        var parents: [Int32] = []
        var rows: [Int32] = []
        var nodes: [UInt64] = []
        var relationships: [UInt64] = []

        init(parent: Chunk?, length: Int) {
            self.parent = parent
            self.length = length
        }
    }

    private let input: Operator
    private let step: VariableExpandStep
    private let predicate: VectorExpression?
    private var batch: Batch?
    private var targets: Vector?
    private var types: [RelationshipTypeID] = []
    private var isTypeless = false
    private var stack: [(chunk: Chunk, expansion: Expansion)] = []
    /// What the chunks since the stack was last empty were charged.
    private var heldInBytes = 0
    private static let pathSizeInBytes = 24

    init(input: Operator, step: VariableExpandStep, predicate: VectorExpression?) {
        self.input = input
        self.step = step
        self.predicate = predicate
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if stack.isEmpty {
            context.memory.give(back: heldInBytes)
            heldInBytes = 0
            guard let next = try input.nextNonEmpty(context) else { return nil }
            return try begin(next, context)
        }
        guard let batch, let (chunk, expansion) = stack.last else { return nil }
        let isDone = try context.onGraph { () throws(GraphError) in
            try chunk.nodes.withUnsafeBufferPointer { nodes throws(GraphError) in
                try context.graph.expand(
                    nodes, types: types, direction: step.direction.graphDirection,
                    wantsRelationships: true, into: expansion)
            }
        }
        if isDone { stack.removeLast() }
        let next = try extend(chunk, expansion, batch, context)
        if !next.nodes.isEmpty, step.maximum.map({ next.length < $0 }) ?? true {
            let fresh = Expansion(capacity: context.batchSize)
            fresh.begin()
            stack.append((next, fresh))
        }
        return next.length >= step.minimum ? emit(next, batch) : batch.gathered([]).emptied(step)
    }

    /// Starts from a new batch; gives the paths of length 0 where they are asked for.
    private func begin(_ next: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch? {
        batch = next
        let wanted = step.types.types(context)
        types = wanted ?? []
        let start = Chunk(parent: nil, length: 0)
        (start.nodes, start.rows) = next[step.from].presentIDs(.node)
        start.parents = Array(repeating: -1, count: start.nodes.count)
        start.relationships = start.parents.map { _ in .max }
        let goesFurther = step.maximum.map { $0 > 0 } ?? true
        if goesFurther, wanted?.isEmpty != true, !start.nodes.isEmpty {
            let expansion = Expansion(capacity: context.batchSize)
            expansion.begin()
            stack.append((start, expansion))
        }
        return step.minimum == 0 ? emit(start, next) : next.gathered([]).emptied(step)
    }

    /// The paths of `chunk` extended by what `expansion` found, but for those that would use a
    /// relationship twice or break the predicate.
    private func extend(
        _ chunk: Chunk, _ expansion: Expansion, _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Chunk {
        let next = Chunk(parent: chunk, length: chunk.length + 1)
        for edge in 0..<expansion.count {
            let parent = Int32(bitPattern: expansion.sourceIndexes[edge])
            let relationship = expansion.relationships[edge]
            if uses(relationship, chunk, Int(parent)) { continue }
            next.parents.append(parent)
            next.rows.append(chunk.rows[Int(parent)])
            next.nodes.append(expansion.neighbours[edge])
            next.relationships.append(relationship)
        }
        try context.memory.take(next.nodes.count * Self.pathSizeInBytes)
        heldInBytes += next.nodes.count * Self.pathSizeInBytes
        guard !next.nodes.isEmpty, predicate != nil || !step.uniqueness.others.isEmpty else {
            return next
        }
        var outer = batch.gathered(next.rows)
        if let variable = step.elementVariable {
            outer[variable] = .ids(.relationship, next.relationships)
        }
        var kept = step.uniqueness.distinctRows(next.relationships, outer)
        if let predicate {
            let codes = try TruthVector.codes(
                predicate.evaluate(outer, context), span: predicate.span)
            kept = (kept ?? next.rows.indices.map { Int32($0) }).filter { codes[Int($0)] == 1 }
        }
        if let kept, kept.count < next.nodes.count { keep(kept, in: next) }
        return next
    }

    private func keep(_ kept: [Int32], in chunk: Chunk) {
        chunk.parents = kept.map { chunk.parents[Int($0)] }
        chunk.rows = kept.map { chunk.rows[Int($0)] }
        chunk.nodes = kept.map { chunk.nodes[Int($0)] }
        chunk.relationships = kept.map { chunk.relationships[Int($0)] }
    }

    /// Whether a path already has a relationship.
    private func uses(_ relationship: UInt64, _ chunk: Chunk, _ position: Int) -> Bool {
        var current: Chunk? = chunk
        var index = position
        while let chunk = current, chunk.length > 0 {
            if chunk.relationships[index] == relationship { return true }
            index = Int(chunk.parents[index])
            current = chunk.parent
        }
        return false
    }

    /// The rows of the paths in `chunk`.
    private func emit(_ chunk: Chunk, _ batch: Batch) -> Batch {
        var positions = chunk.nodes.indices.map { Int32($0) }
        if step.isInto {
            let targets = batch[step.to]
            positions = positions.filter { position in
                let row = Int(chunk.rows[Int(position)])
                guard case .node(let target) = targets.value(at: row) else { return false }
                return target.rawValue == chunk.nodes[Int(position)]
            }
        }
        var result = batch.keeping(step.kept).gathered(positions.map { chunk.rows[Int($0)] })
        if !step.isInto {
            result[step.to] = .ids(.node, positions.map { chunk.nodes[Int($0)] })
        }
        if let list = step.relationships {
            result[list] = Vector(
                tagged: positions.map { .list(relationships(chunk, Int($0))) },
                count: positions.count)
        }
        return result
    }

    /// The relationships of a path, in the pattern's direction.
    private func relationships(_ chunk: Chunk, _ position: Int) -> [Value] {
        var found: [Value] = []
        var current: Chunk? = chunk
        var index = position
        while let chunk = current, chunk.length > 0 {
            found.append(.relationship(RelationshipID(rawValue: chunk.relationships[index])))
            index = Int(chunk.parents[index])
            current = chunk.parent
        }
        return step.isReversed ? found : found.reversed()
    }

    override func restart() {
        stack = []
        batch = nil
        input.restart()
    }
}

extension Batch {
    /// A batch without rows that has the variables of a variable-length step.
    fileprivate func emptied(_ step: VariableExpandStep) -> Batch {
        var result = keeping(step.kept)
        if !step.isInto { result[step.to] = .nulls(count: 0) }
        if let list = step.relationships { result[list] = .nulls(count: 0) }
        return result
    }
}

/// The step of ``VariableExpand``.
struct VariableExpandStep: PlanStep {
    let from: VariableID
    let to: VariableID
    /// Whether `to` is known before, so that only paths that end there count.
    let isInto: Bool
    /// The variable of the list of relationships; nil where nobody reads it.
    let relationships: VariableID?
    let types: TypeCondition
    let direction: PatternDirection
    /// Whether the step is walked from the pattern's right end.
    let isReversed: Bool
    let minimum: Int
    let maximum: Int?
    /// The condition on each relationship, which it finds in `elementVariable`.
    let predicate: BoundExpression?
    let elementVariable: VariableID?
    let uniqueness: RelationshipUniqueness
    let kept: [VariableID]

    var isRowLocal: Bool { true }
    var name: String { isInto ? "VariableExpandInto" : "VariableExpand" }
    func details(_ names: VariableNames) -> String {
        let bounds = "*\(minimum)..\(maximum.map(String.init) ?? "")"
        let inner = (relationships.map { names.name($0) } ?? "") + types.text + bounds
        return "(\(names.name(from)))\(direction.arrow(inner))(\(names.name(to)))"
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        VariableExpand(
            input: inputs[0], step: self, predicate: try builder.compile(predicate))
    }
}
