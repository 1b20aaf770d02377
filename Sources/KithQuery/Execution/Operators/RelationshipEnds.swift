import KithGraph
import KithValues

/// Finds the end nodes of a relationship, or of a list of them, that an earlier clause bound: one row
/// for each way in which it fits the pattern.
final class RelationshipEnds: Operator {
    private let input: Operator
    private let step: RelationshipEndsStep

    init(input: Operator, step: RelationshipEndsStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.nextNonEmpty(context) else { return nil }
        let types = step.types.types(context)
        var rows: [Int32] = []
        var starts: [UInt64] = []
        var ends: [UInt64] = []
        let relationships = batch[step.relationship]
        for row in 0..<batch.count {
            let list: [RelationshipID]
            switch relationships.value(at: row) {
            case .relationship(let id) where step.length == nil: list = [id]
            case .list(let elements) where step.length != nil:
                list = elements.compactMap {
                    if case .relationship(let id) = $0 { return id }
                    return nil
                }
                if list.count != elements.count { continue }
            default: continue
            }
            if let length = step.length {
                guard list.count >= length.minimum,
                    list.count <= length.maximum ?? .max
                else { continue }
            }
            for (start, end) in try ways(list, types, context) {
                rows.append(Int32(row))
                starts.append(start)
                ends.append(end)
            }
        }
        var result = batch.gathered(rows)
        result[step.from] = .ids(.node, starts)
        result[step.to] = .ids(.node, ends)
        return result
    }

    /// The pairs of end nodes between which `list` leads.
    private func ways(
        _ list: [RelationshipID], _ types: [RelationshipTypeID]?, _ context: ExecutionContext
    ) throws(QueryError) -> [(UInt64, UInt64)] {
        var records: [RelationshipRecord] = []
        for id in list {
            let record = try context.onGraph { () throws(GraphError) in
                try context.graph.record(of: id)
            }
            guard let record, types.map({ $0.contains(record.type) }) ?? true else { return [] }
            records.append(record)
        }
        guard let first = records.first else { return [] }
        var begins: [UInt64] = []
        if step.direction != .incoming { begins.append(first.source) }
        if step.direction != .outgoing, step.direction == .incoming || first.source != first.target
        {
            begins.append(first.target)
        }
        var result: [(UInt64, UInt64)] = []
        for begin in begins {
            if let end = walk(from: begin, records) { result.append((begin, end)) }
        }
        return result
    }

    /// Where the relationships lead from `begin`, or nil where they do not join.
    private func walk(from begin: UInt64, _ records: [RelationshipRecord]) -> UInt64? {
        var current = begin
        for record in records {
            if record.source == current, step.direction != .incoming {
                current = record.target
            } else if record.target == current, step.direction != .outgoing {
                current = record.source
            } else {
                return nil
            }
        }
        return current
    }

    override func restart() { input.restart() }
}

/// The step of ``RelationshipEnds``.
struct RelationshipEndsStep: PlanStep {
    let relationship: VariableID
    /// The variables that receive the ends.
    let from: VariableID
    let to: VariableID
    let direction: PatternDirection
    let types: TypeCondition
    /// The bounds of a variable-length step; nil for a single relationship.
    let length: LengthRange?

    var isRowLocal: Bool { true }
    var name: String { "RelationshipEnds" }
    func details(_ names: VariableNames) -> String {
        let inner = names.name(relationship) + types.text
        return "(\(names.name(from)))\(direction.arrow(inner))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        RelationshipEnds(input: inputs[0], step: self)
    }
}

/// Builds named paths from their nodes and relationships.
final class BuildPath: Operator {
    private let input: Operator
    private let step: BuildPathStep

    init(input: Operator, step: BuildPathStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.next(context) else { return nil }
        var values: [Value] = []
        values.reserveCapacity(batch.count)
        for row in 0..<batch.count { values.append(try path(batch, row, context)) }
        return batch.with(step.variable, .of(values))
    }

    private func path(
        _ batch: Batch, _ row: Int, _ context: ExecutionContext
    ) throws(QueryError) -> Value {
        guard case .node(let start) = batch[step.start].value(at: row) else { return .null }
        if step.isLength { return length(batch, row) }
        var relationships: [RelationshipID] = []
        for part in step.relationships {
            switch batch[part].value(at: row) {
            case .relationship(let id): relationships.append(id)
            case .list(let elements):
                for case .relationship(let id) in elements { relationships.append(id) }
            default: return .null
            }
        }
        return try Self.path(from: start, along: relationships, context)
    }

    private func length(_ batch: Batch, _ row: Int) -> Value {
        var length = 0
        for part in step.relationships {
            switch batch[part].value(at: row) {
            case .relationship: length += 1
            case .list(let elements): length += elements.count
            default: return .null
            }
        }
        return .integer(Int64(length))
    }

    /// The path that begins at `start` and follows `relationships`.
    static func path(
        from start: NodeID, along relationships: [RelationshipID], _ context: ExecutionContext
    ) throws(QueryError) -> Value {
        var current = start
        var nodes = [current]
        for relationship in relationships {
            let record = try EntityReading.record(of: relationship, context, span: nil)
            current = NodeID(
                rawValue: record.source == current.rawValue ? record.target : record.source)
            nodes.append(current)
        }
        return .path(PathValue(nodes: nodes, relationships: relationships))
    }

    override func restart() { input.restart() }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``BuildPath``.
struct BuildPathStep: PlanStep {
    let variable: VariableID
    let start: VariableID
    /// The variables of its relationships and lists of relationships, in order.
    let relationships: [VariableID]
    /// Whether the variable gets the length of the path instead.
    var isLength = false

    var isRowLocal: Bool { true }
    var name: String { isLength ? "PathLength" : "BuildPath" }
    func details(_ names: VariableNames) -> String { names.name(variable) }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        BuildPath(input: inputs[0], step: self)
    }
}
