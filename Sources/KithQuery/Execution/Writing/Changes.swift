import KithGraph
import KithLanguage
import KithValues

/// One change of SET or REMOVE, ready to be applied to rows.
final class ChangeApplier {
    private let change: BoundChange
    private let entity: VectorExpression
    private let key: VectorExpression?
    private let value: VectorExpression?

    init(_ change: BoundChange, _ builder: OperatorBuilder) throws(QueryError) {
        self.change = change
        switch change {
        case .setProperty(let entity, _, let value, _),
            .replaceProperties(let entity, let value, _),
            .mergeProperties(let entity, let value, _):
            self.entity = try builder.compile(entity)
            key = nil
            self.value = try builder.compile(value)
        case .setDynamicProperty(let entity, let key, let value, _):
            self.entity = try builder.compile(entity)
            self.key = try builder.compile(key)
            self.value = try builder.compile(value)
        case .addLabels(let entity, _, _), .removeLabels(let entity, _, _),
            .removeProperty(let entity, _, _):
            self.entity = try builder.compile(entity)
            key = nil
            value = nil
        case .removeDynamicProperty(let entity, let key, _):
            self.entity = try builder.compile(entity)
            self.key = try builder.compile(key)
            value = nil
        }
    }

    /// Whether the change's operands read the graph, so that each row must see those before it.
    var readsGraph: Bool {
        change.expressions.contains { expression in
            expression.contains {
                switch $0.kind {
                case .property, .subscripted, .function, .mapProjection, .exists, .count, .collect,
                    .hasLabels:
                    true
                default: false
                }
            }
        }
    }

    /// Applies the change to every row.
    func apply(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        let entities = try entity.evaluate(batch, context)
        let keys = try key?.evaluate(batch, context)
        let values = try value?.evaluate(batch, context)
        for row in 0..<batch.count {
            let target = entities.value(at: row)
            if target.isNull { continue }
            switch change {
            case .setProperty(_, let key, _, let span):
                try set(target, key, values?.value(at: row) ?? .null, span, context)
            case .removeProperty(_, let key, let span):
                try set(target, key, .null, span, context)
            case .setDynamicProperty(_, _, _, let span), .removeDynamicProperty(_, _, let span):
                guard case .string(let name) = keys?.value(at: row) else {
                    throw QueryError(
                        type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                        message: "a property's name must be a string", span: span)
                }
                try set(target, name, values?.value(at: row) ?? .null, span, context)
            case .replaceProperties(_, _, let span):
                let map = values?.value(at: row) ?? .null
                try setAll(target, map, replacing: true, span, context)
            case .mergeProperties(_, _, let span):
                let map = values?.value(at: row) ?? .null
                try setAll(target, map, replacing: false, span, context)
            case .addLabels(_, let names, let span):
                try changeLabels(target, names, adding: true, span, context)
            case .removeLabels(_, let names, let span):
                try changeLabels(target, names, adding: false, span, context)
            }
        }
        context.noteChange()
    }

    private func set(
        _ target: Value, _ name: String, _ value: Value, _ span: SourceSpan?,
        _ context: ExecutionContext
    ) throws(QueryError) {
        let pen = try context.pen()
        let changed = try context.onGraph(span: span) { () throws(GraphError) -> Bool? in
            if value.isNull, context.graph.catalog.propertyKey(name) == nil { return false }
            let key = try pen.propertyKey(name)
            switch target {
            case .node(let id): return try pen.set(key, of: id, to: value)
            case .relationship(let id): return try pen.set(key, of: id, to: value)
            default: return nil
            }
        }
        guard let changed else { throw Self.notAnEntity(target, span) }
        if changed { context.changes.propertiesSet += 1 }
    }

    private func setAll(
        _ target: Value, _ map: Value, replacing: Bool, _ span: SourceSpan?,
        _ context: ExecutionContext
    ) throws(QueryError) {
        switch target {
        case .node, .relationship: break
        default: throw Self.notAnEntity(target, span)
        }
        let entries = try PropertyMaps.entries(of: map, context, span: span)
        if replacing {
            let kept = Set(entries.map { $0.key })
            let old = try EntityReading.properties(of: target, context, span: span)
            for entry in old?.entries ?? [] where !kept.contains(entry.key) {
                try set(target, entry.key, .null, span, context)
            }
        }
        for entry in entries { try set(target, entry.key, entry.value, span, context) }
    }

    private func changeLabels(
        _ target: Value, _ names: [String], adding: Bool, _ span: SourceSpan?,
        _ context: ExecutionContext
    ) throws(QueryError) {
        guard case .node(let node) = target else { throw Self.notAnEntity(target, span) }
        let pen = try context.pen()
        let changed = try context.onGraph(span: span) { () throws(GraphError) in
            var changed = 0
            for name in names {
                if adding {
                    if try pen.add(pen.label(name), to: node) { changed += 1 }
                } else if let label = context.graph.catalog.label(name) {
                    if try pen.remove(label, from: node) { changed += 1 }
                }
            }
            return changed
        }
        if adding {
            context.changes.labelsAdded += changed
        } else {
            context.changes.labelsRemoved += changed
        }
    }

    private static func notAnEntity(_ value: Value, _ span: SourceSpan?) -> QueryError {
        QueryError(
            type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
            message: "only nodes and relationships can be changed, not \(value.kind.name)",
            span: span)
    }
}

/// Several changes, applied row by row where one may read what another wrote.
struct ChangeList {
    private let appliers: [ChangeApplier]
    private let goesRowByRow: Bool

    init(_ changes: [BoundChange], _ builder: OperatorBuilder) throws(QueryError) {
        var appliers: [ChangeApplier] = []
        for change in changes { appliers.append(try ChangeApplier(change, builder)) }
        self.appliers = appliers
        goesRowByRow = appliers.contains { $0.readsGraph }
    }

    /// Applies the changes to the rows of `batch`.
    func apply(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        guard !appliers.isEmpty, batch.count > 0 else { return }
        if !goesRowByRow || batch.count == 1 {
            for applier in appliers { try applier.apply(batch, context) }
            return
        }
        for row in 0..<batch.count {
            let single = batch.slice(from: row, count: 1)
            for applier in appliers { try applier.apply(single, context) }
        }
    }
}

/// SET and REMOVE.
final class ApplyChanges: WritingOperator {
    private let changes: ChangeList

    init(input: Operator, changes: ChangeList) {
        self.changes = changes
        super.init(input: input)
    }

    override func write(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch {
        try changes.apply(batch, context)
        return batch
    }
}

/// The step of ``ApplyChanges``.
struct SetStep: PlanStep {
    let changes: [BoundChange]

    var name: String { "Set" }
    var isWriting: Bool { true }
    func details(_ names: VariableNames) -> String {
        changes.map { $0.expressions.first?.text(names) ?? "" }.joined(separator: ", ")
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        ApplyChanges(input: inputs[0], changes: try ChangeList(changes, builder))
    }
}
