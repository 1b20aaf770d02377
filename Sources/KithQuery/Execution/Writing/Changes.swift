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
        sources = Self.sources(of: change)
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

    /// The variables that a new value is computed from, where it reads the graph only if one of them
    /// holds entities; nil where it may read it anyway.
    let sources: VariableSet?

    private static func sources(of change: BoundChange) -> VariableSet? {
        guard case .setProperty(let entity, _, let value, _) = change, entity.isVariable,
            !value.contains(where: { $0.isSubquery })
        else { return nil }
        return value.freeVariables
    }

    /// What the change is about, for each row of a batch.
    struct Operands {
        let entities: Vector
        let keys: Vector?
        let values: Vector?
        /// The property that the change names, where the catalog has it.
        let property: PropertyKeyID?
    }

    func operands(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Operands {
        var property: PropertyKeyID?
        switch change {
        case .setProperty(_, let name, _, _), .removeProperty(_, let name, _):
            property = context.graph.catalog.propertyKey(name)
        default: break
        }
        return Operands(
            entities: try entity.evaluate(batch, context),
            keys: try key?.evaluate(batch, context),
            values: try value?.evaluateValues(batch, context), property: property)
    }

    /// Applies the change to one row.
    func apply(
        _ operands: Operands, row: Int, _ context: ExecutionContext
    ) throws(QueryError) {
        let target = operands.entities.value(at: row)
        if target.isNull { return }
        let value = operands.values?.value(at: row) ?? .null
        switch change {
        case .setProperty(_, let key, _, let span):
            try set(target, key, known: operands.property, value, span, context)
        case .removeProperty(_, let key, let span):
            try set(target, key, known: operands.property, .null, span, context)
        case .setDynamicProperty(_, _, _, let span), .removeDynamicProperty(_, _, let span):
            guard case .string(let name) = operands.keys?.value(at: row) else {
                throw QueryError(
                    type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                    message: "a property's name must be a string", span: span)
            }
            try set(target, name, value, span, context)
        case .replaceProperties(_, _, let span):
            try setAll(target, value, replacing: true, span, context)
        case .mergeProperties(_, _, let span):
            try setAll(target, value, replacing: false, span, context)
        case .addLabels(_, let names, let span):
            try changeLabels(target, names, adding: true, span, context)
        case .removeLabels(_, let names, let span):
            try changeLabels(target, names, adding: false, span, context)
        }
    }

    /// The name of the property that this sets by name on what is known to be nodes; nil for other
    /// changes.
    func propertyOfNodes(_ operands: Operands) -> String? {
        guard case .setProperty(_, let name, _, _) = change, operands.entities.layout == .node,
            operands.entities.validity == nil, operands.values != nil
        else { return nil }
        return name
    }

    /// Sets the property of all rows' nodes, one after another; ``propertyOfNodes(_:)`` says where that
    /// is possible.
    func applyToNodes(
        _ operands: Operands, _ context: ExecutionContext
    ) throws(QueryError) {
        guard case .setProperty(_, let name, _, let span) = change, let vector = operands.values
        else { return }
        let values = vector.allValues
        let pen = try context.pen()
        let nodes = operands.entities.presentIDs(.node).ids
        context.changes.propertiesSet += try context.onGraph(span: span) {
            () throws(GraphError) in
            if operands.property == nil, values.allSatisfy({ $0.isNull }) { return 0 }
            let key: PropertyKeyID
            if let known = operands.property {
                key = known
            } else {
                key = try pen.propertyKey(name)
            }
            return try pen.set(key, ofNodes: nodes, to: values)
        }
    }

    /// `known`: the property of that name, where it was looked up before.
    private func set(
        _ target: Value, _ name: String, known: PropertyKeyID? = nil, _ value: Value,
        _ span: SourceSpan?, _ context: ExecutionContext
    ) throws(QueryError) {
        let pen = try context.pen()
        let changed = try context.onGraph(span: span) { () throws(GraphError) -> Bool? in
            if known == nil, value.isNull, context.graph.catalog.propertyKey(name) == nil {
                return false
            }
            let key: PropertyKeyID
            if let known { key = known } else { key = try pen.propertyKey(name) }
            switch target {
            case .node(let id): return try pen.set(key, of: id, to: value)
            case .relationship(let id): return try pen.set(key, of: id, to: value)
            default: return nil
            }
        }
        guard let changed else { throw Self.notAnEntity(target, span) }
        if changed { context.changes.propertiesSet += 1 }
    }

    private static let setOneByOneMax = 4

    private func setAll(
        _ target: Value, _ map: Value, replacing: Bool, _ span: SourceSpan?,
        _ context: ExecutionContext
    ) throws(QueryError) {
        switch target {
        case .node, .relationship: break
        default: throw Self.notAnEntity(target, span)
        }
        var entries = try PropertyMaps.entries(of: map, context, span: span)
        if replacing {
            let kept = Set(entries.map { UTF8Key($0.key) })
            let old = try EntityReading.properties(of: target, context, span: span)
            entries =
                (old?.entries ?? []).filter { !kept.contains(UTF8Key($0.key)) }
                .map { ValueMap.Entry(key: $0.key, value: .null) } + entries
        }
        // Only where there are several is it less work to set them at once.
        guard entries.count > Self.setOneByOneMax else {
            for entry in entries { try set(target, entry.key, entry.value, span, context) }
            return
        }
        let pen = try context.pen()
        context.changes.propertiesSet += try context.onGraph(span: span) {
            () throws(GraphError) in
            var properties: [(key: PropertyKeyID, value: Value)] = []
            properties.reserveCapacity(entries.count)
            for entry in entries {
                if let known = context.graph.catalog.propertyKey(entry.key) {
                    properties.append((known, entry.value))
                } else if !entry.value.isNull {
                    properties.append((try pen.propertyKey(entry.key), entry.value))
                }
            }
            if properties.isEmpty { return 0 }
            switch target {
            case .node(let id): return try pen.set(properties, of: id)
            case .relationship(let id): return try pen.set(properties, of: id)
            default: return 0
            }
        }
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

/// Several changes, applied to one row after the other, each row's in their order; where one may read
/// what another wrote, they are also evaluated so.
struct ChangeList {
    private let appliers: [ChangeApplier]
    private let readsGraph: Bool

    init(_ changes: [BoundChange], _ builder: OperatorBuilder) throws(QueryError) {
        var appliers: [ChangeApplier] = []
        for change in changes { appliers.append(try ChangeApplier(change, builder)) }
        self.appliers = appliers
        readsGraph = appliers.contains { $0.readsGraph }
    }

    /// Whether new values are computed from numbers, texts, maps of these and the like, so that they do
    /// not depend on what other rows write.
    private func isWithoutEntities(_ batch: Batch) -> Bool {
        var sources: VariableSet = []
        for applier in appliers {
            guard let own = applier.sources else { return false }
            sources.formUnion(own)
        }
        return sources.allSatisfy { variable in
            let vector = batch[variable]
            switch vector.layout {
            case .node, .relationship: return false
            case .tagged: return !vector.values.contains { $0.holdsEntity }
            default: return true
            }
        }
    }

    /// Applies the changes to the rows of `batch`.
    func apply(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        guard !appliers.isEmpty, batch.count > 0 else { return }
        if readsGraph, batch.count > 1 || appliers.count > 1, !isWithoutEntities(batch) {
            for row in 0..<batch.count {
                let single = batch.slice(from: row, count: 1)
                for applier in appliers {
                    try applier.apply(applier.operands(single, context), row: 0, context)
                    context.noteChange()
                }
            }
            return
        }
        var changes: [(applier: ChangeApplier, operands: ChangeApplier.Operands)] = []
        for applier in appliers { changes.append((applier, try applier.operands(batch, context))) }
        let names = changes.compactMap { $0.applier.propertyOfNodes($0.operands) }
        // Different properties do not get in each other's way.
        if batch.count > 1, names.count == changes.count, Set(names).count == names.count {
            for change in changes {
                try change.applier.applyToNodes(change.operands, context)
            }
            context.noteChange()
            return
        }
        for row in 0..<batch.count {
            for change in changes { try change.applier.apply(change.operands, row: row, context) }
        }
        context.noteChange()
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

    override var mayRunAgain: Bool { inputMayRunAgain }
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

extension Value {
    /// Whether it is, or holds, a node, a relationship or a path.
    fileprivate var holdsEntity: Bool {
        switch self {
        case .node, .relationship, .path: true
        case .list(let elements): elements.contains { $0.holdsEntity }
        case .map(let map): map.entries.contains { $0.value.holdsEntity }
        default: false
        }
    }
}
