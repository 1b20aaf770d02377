import KithGraph
import KithValues

/// What an index is asked for, as expressions over the input's rows.
struct IndexCondition: Sendable {
    /// One end of a range.
    struct End: Sendable {
        let value: BoundExpression
        let isInclusive: Bool
    }

    /// The values of the index's first properties.
    var equal: [BoundExpression] = []
    /// A list of which the index's only asked property must have one element.
    var anyOf: BoundExpression?
    /// The lower end of the property after the equal ones.
    var lower: End?
    /// The upper end of the property after the equal ones.
    var upper: End?
    /// What the string in the property after the equal ones begins with.
    var prefix: BoundExpression?
}

/// The entities that an index gives for a condition, for each row of the input.
///
/// The index may give entities that the condition does not hold for (long keys are cut off), so
/// the planner keeps the condition as a filter above.
final class IndexSeek: Operator {
    private let input: Operator
    private let variable: VariableID
    private let layout: Vector.Layout
    private let index: IndexDefinition
    private let equal: [VectorExpression]
    private let anyOf: VectorExpression?
    private let lower: (value: VectorExpression, isInclusive: Bool)?
    private let upper: (value: VectorExpression, isInclusive: Bool)?
    private let prefix: VectorExpression?
    private var batch: Batch?
    private var bounds: [[IndexBounds]] = []
    private var row = 0
    private var alternative = 0
    private var cursor: IndexCursor?

    init(
        input: Operator, variable: VariableID, index: IndexDefinition, condition: IndexCondition,
        builder: OperatorBuilder
    ) throws(QueryError) {
        self.input = input
        self.variable = variable
        self.index = index
        layout = index.entity == .node ? .node : .relationship
        equal = try ExpressionCompiler(builder: builder).compile(condition.equal)
        anyOf = try builder.compile(condition.anyOf)
        if let end = condition.lower {
            lower = (try builder.compile(end.value), end.isInclusive)
        } else {
            lower = nil
        }
        if let end = condition.upper {
            upper = (try builder.compile(end.value), end.isInclusive)
        } else {
            upper = nil
        }
        prefix = try builder.compile(condition.prefix)
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if batch == nil {
            guard let next = try input.nextNonEmpty(context) else { return nil }
            if isKeyLookup { return try lookUp(next, context) }
            batch = next
            bounds = try bounds(of: next, context)
            row = 0
            alternative = 0
        }
        guard let batch else { return nil }
        var rows: [Int32] = []
        var ids: [UInt64] = []
        while row < batch.count, ids.count < context.batchSize {
            guard alternative < bounds[row].count else {
                row += 1
                alternative = 0
                continue
            }
            let before = ids.count
            let bound = bounds[row][alternative]
            let isDone = try fetch(bound, into: &ids, context)
            rows.append(contentsOf: repeatElement(Int32(row), count: ids.count - before))
            if isDone { alternative += 1 }
        }
        if row == batch.count { self.batch = nil }
        return batch.gathered(rows).with(variable, .ids(layout, ids))
    }

    /// Whether each row asks for one key of a unique index.
    private var isKeyLookup: Bool {
        index.isUnique && index.properties.count == 1 && equal.count == 1 && anyOf == nil
            && lower == nil && upper == nil && prefix == nil
    }

    /// The rows whose keys are found, with what they find.
    private func lookUp(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Batch {
        let keys = try equal[0].evaluateValues(batch, context)
        if batch.count == 1 { return try lookUpOne(batch, keys.value(at: 0), context) }
        let (rows, ids) = try context.onGraph { () throws(GraphError) in
            try context.graph.indexLookupUnique(index.id, keys: keys.allValues)
        }
        let kept = rows.count == batch.count ? batch : batch.gathered(rows)
        return kept.with(variable, .ids(layout, ids))
    }

    private func lookUpOne(
        _ batch: Batch, _ key: Value, _ context: ExecutionContext
    ) throws(QueryError) -> Batch {
        let found = try context.onGraph { () throws(GraphError) in
            try context.graph.indexLookupUnique(index.id, key: key)
        }
        guard let found else { return batch.gathered([]).with(variable, .ids(layout, [])) }
        let id = Vector(layout, count: 1)
        id.ids[0] = found
        return batch.with(variable, id)
    }

    /// Appends entities within `bound`; says whether these were the last.
    private func fetch(
        _ bound: IndexBounds, into ids: inout [UInt64], _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        let graph = context.graph
        let index = self.index
        if index.isUnique, index.properties.count == 1, bound.equal.count == 1 {
            let key = bound.equal[0]
            let found = try context.onGraph { () throws(GraphError) in
                try graph.indexLookupUnique(index.id, key: key)
            }
            if let found { ids.append(found) }
            return true
        }
        let cursor: IndexCursor
        if let running = self.cursor {
            cursor = running
        } else {
            cursor = try context.onGraph { () throws(GraphError) in
                try graph.indexCursor(index.id, bounds: bound)
            }
            self.cursor = cursor
        }
        let limit = context.batchSize - ids.count
        // The cursor replaces what it is given; the ids of earlier rows stay.
        var fetched: [UInt64] = []
        try context.onGraph { () throws(GraphError) in
            try cursor.next(into: &fetched, limit: limit)
        }
        ids += fetched
        if fetched.count < limit {
            self.cursor = nil
            return true
        }
        return false
    }

    /// For each row the bounds to look between: none where a value equals nothing, as null does and
    /// a list that holds one.
    private func bounds(
        of batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [[IndexBounds]] {
        var equalVectors: [Vector] = []
        for expression in equal { equalVectors.append(try expression.evaluate(batch, context)) }
        let lists = try anyOf?.evaluate(batch, context)
        let lowers = try lower?.value.evaluate(batch, context)
        let uppers = try upper?.value.evaluate(batch, context)
        let prefixes = try prefix?.evaluate(batch, context)
        var result: [[IndexBounds]] = []
        result.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            var bound = IndexBounds(equal: equalVectors.map { $0.value(at: row) })
            var isEmpty = bound.equal.contains { !$0.equalsItself }
            if let lower, let lowers {
                let value = lowers.value(at: row)
                isEmpty = isEmpty || value.isNull
                bound.lower = lower.isInclusive ? .inclusive(value) : .exclusive(value)
            }
            if let upper, let uppers {
                let value = uppers.value(at: row)
                isEmpty = isEmpty || value.isNull
                bound.upper = upper.isInclusive ? .inclusive(value) : .exclusive(value)
            }
            if let prefixes {
                if case .string(let text) = prefixes.value(at: row) {
                    bound.prefix = text
                } else {
                    isEmpty = true
                }
            }
            if isEmpty {
                result.append([])
            } else if let lists {
                result.append(Self.alternatives(lists.value(at: row), bound))
            } else {
                result.append([bound])
            }
        }
        return result
    }

    /// One bound for each distinct element of a list.
    private static func alternatives(_ list: Value, _ bound: IndexBounds) -> [IndexBounds] {
        guard case .list(let elements) = list else { return [] }
        var seen: Set<GroupingKey> = []
        var result: [IndexBounds] = []
        for element in elements where element.equalsItself {
            guard seen.insert(GroupingKey(element)).inserted else { continue }
            var copy = bound
            copy.equal.append(element)
            result.append(copy)
        }
        return result
    }

    override func restart() {
        batch = nil
        cursor = nil
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``IndexSeek``.
struct IndexSeekStep: PlanStep {
    let variable: VariableID
    let index: IndexDefinition
    let condition: IndexCondition

    var isRowLocal: Bool { true }
    var name: String { index.isUnique ? "UniqueIndexSeek" : "IndexSeek" }
    func details(_ names: VariableNames) -> String {
        var parts = condition.equal.map { "= \($0.text(names))" }
        if let list = condition.anyOf { parts.append("IN \(list.text(names))") }
        if let lower = condition.lower {
            parts.append("\(lower.isInclusive ? ">=" : ">") \(lower.value.text(names))")
        }
        if let upper = condition.upper {
            parts.append("\(upper.isInclusive ? "<=" : "<") \(upper.value.text(names))")
        }
        if let prefix = condition.prefix { parts.append("STARTS WITH \(prefix.text(names))") }
        return "\(names.name(variable)) by \(index.name) \(parts.joined(separator: ", "))"
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        try IndexSeek(
            input: inputs[0], variable: variable, index: index, condition: condition,
            builder: builder)
    }
}

/// The node or relationship with an id, for each row of the input.
final class IDSeek: Operator {
    private let input: Operator
    private let variable: VariableID
    private let layout: Vector.Layout
    private let id: VectorExpression

    init(input: Operator, variable: VariableID, layout: Vector.Layout, id: VectorExpression) {
        self.input = input
        self.variable = variable
        self.layout = layout
        self.id = id
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.nextNonEmpty(context) else { return nil }
        let wanted = try id.evaluate(batch, context)
        var rows: [Int32] = []
        var ids: [UInt64] = []
        for row in 0..<batch.count {
            guard case .integer(let number) = wanted.value(at: row), number >= 0 else { continue }
            let raw = UInt64(number)
            let isAlive = try context.onGraph { () throws(GraphError) in
                layout == .node
                    ? try context.graph.isAlive(NodeID(rawValue: raw))
                    : try context.graph.isAlive(RelationshipID(rawValue: raw))
            }
            guard isAlive else { continue }
            rows.append(Int32(row))
            ids.append(raw)
        }
        return batch.gathered(rows).with(variable, .ids(layout, ids))
    }

    override func restart() { input.restart() }
}

/// The step of ``IDSeek``.
struct IDSeekStep: PlanStep {
    let variable: VariableID
    let isNode: Bool
    let id: BoundExpression

    var isRowLocal: Bool { true }
    var name: String { isNode ? "NodeByID" : "RelationshipByID" }
    func details(_ names: VariableNames) -> String {
        "\(names.name(variable)) = \(id.text(names))"
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        IDSeek(
            input: inputs[0], variable: variable, layout: isNode ? .node : .relationship,
            id: try builder.compile(id))
    }
}
