import KithGraph
import KithLanguage
import KithValues

/// Makes the unbound nodes and relationships of a pattern, row by row: the work of CREATE, and of
/// MERGE where nothing matched.
final class PatternCreation {
    private let pattern: BoundPattern
    private let nodeProperties: [PropertyWriter]
    private let relationshipProperties: [PropertyWriter]
    /// Whether properties read entities that the same pattern makes further left; such patterns are
    /// made and evaluated row by row.
    private let readsOwn: Bool
    /// Whether properties read what other rows may make; they are then evaluated for all rows before
    /// anything is made.
    let readsGraph: Bool

    init(_ pattern: BoundPattern, _ builder: OperatorBuilder) throws(QueryError) {
        self.pattern = pattern
        let own = Set(pattern.newVariables)
        readsOwn = pattern.expressions.contains { !$0.freeVariables.isDisjoint(with: own) }
        readsGraph = pattern.expressions.contains { $0.contains { $0.isSubquery } }
        var nodes: [PropertyWriter] = []
        for node in pattern.nodes {
            nodes.append(
                try PropertyWriter(node.properties, map: node.propertyMap, span: node.span, builder)
            )
        }
        var relationships: [PropertyWriter] = []
        for relationship in pattern.relationships {
            relationships.append(
                try PropertyWriter(
                    relationship.properties, map: relationship.propertyMap,
                    span: relationship.span, builder))
        }
        nodeProperties = nodes
        relationshipProperties = relationships
    }

    /// The properties of all entities, in the order of nodes and then relationships.
    func evaluate(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [EvaluatedProperties] {
        var result: [EvaluatedProperties] = []
        for writer in nodeProperties { result.append(try writer.evaluate(batch, context)) }
        for writer in relationshipProperties { result.append(try writer.evaluate(batch, context)) }
        return result
    }

    /// Makes the pattern for every row; returns the rows with the new variables.
    func create(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch {
        var nodes = pattern.nodes.map { _ in [Value]() }
        var relationships = pattern.relationships.map { _ in [Value]() }
        var result = batch
        let plain = pattern.nodes.indices.filter { !pattern.nodes[$0].isBound }
        if readsOwn, batch.count > 1 {
            var rows: [Batch] = []
            for row in 0..<batch.count {
                rows.append(try create(batch.slice(from: row, count: 1), context))
            }
            return Batch.concatenated(rows, width: context.variableCount)
        }
        if readsOwn { return try createStepwise(batch, context) }
        let properties = try evaluate(batch, context)
        let names = try Names(pattern, context)
        if batch.count > 1, let made = try createAtOnce(batch, properties, names, context) {
            return made
        }
        for row in 0..<batch.count {
            for index in plain {
                nodes[index].append(try makeNode(index, properties[index], row, names, context))
            }
            for index in pattern.relationships.indices {
                let relationship = pattern.relationships[index]
                let (start, end) = (relationship.from, relationship.to)
                let made = try makeRelationship(
                    index, from: node(start, nodes, batch, row), to: node(end, nodes, batch, row),
                    properties[pattern.nodes.count + index], row, names, context)
                relationships[index].append(made)
            }
        }
        for index in plain { result[pattern.nodes[index].variable] = .of(nodes[index]) }
        for (index, relationship) in pattern.relationships.enumerated() {
            result[relationship.variable] = .of(relationships[index])
        }
        return result
    }

    /// Makes the first node of the pattern for every row, then the next, and so on, and relationships
    /// likewise; nil, and nothing, where rows must be treated one by one.
    private func createAtOnce(
        _ batch: Batch, _ properties: [EvaluatedProperties], _ names: Names,
        _ context: ExecutionContext
    ) throws(QueryError) -> Batch? {
        var tables: [PropertyTable] = []
        for own in properties {
            guard let table = own.table(count: batch.count) else { return nil }
            tables.append(table)
        }
        guard names.types.allSatisfy({ $0 != nil }) else { return nil }
        for relationship in pattern.relationships {
            for end in [relationship.from, relationship.to] where pattern.nodes[end].isBound {
                let vector = batch[pattern.nodes[end].variable]
                guard vector.layout == .node, vector.validity == nil else { return nil }
            }
        }
        let pen = try context.pen()
        var result = batch
        for (index, node) in pattern.nodes.enumerated() where !node.isBound {
            let labels = names.labels[index]
            let ids = try context.onGraph(span: node.span) { () throws(GraphError) in
                try pen.createNodes(
                    labels: labels, count: batch.count, properties: tables[index])
            }
            result[node.variable] = .ids(.node, ids)
            context.changes.nodesCreated += ids.count
            context.changes.labelsAdded += ids.count * labels.count
            context.changes.propertiesSet += tables[index].valueCount
        }
        for (index, relationship) in pattern.relationships.enumerated() {
            guard let type = names.types[index] else { continue }
            let isReversed = relationship.direction == .incoming
            let from = isReversed ? relationship.to : relationship.from
            let to = isReversed ? relationship.from : relationship.to
            let sources = result[pattern.nodes[from].variable].presentIDs(.node).ids
            let targets = result[pattern.nodes[to].variable].presentIDs(.node).ids
            let table = tables[pattern.nodes.count + index]
            let ids = try context.onGraph(span: relationship.span) { () throws(GraphError) in
                try pen.createRelationships(
                    type: type, from: sources, to: targets, properties: table)
            }
            result[relationship.variable] = .ids(.relationship, ids)
            context.changes.relationshipsCreated += ids.count
            context.changes.propertiesSet += table.valueCount
        }
        return result
    }

    /// One row, entity by entity.
    private func createStepwise(
        _ row: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Batch {
        var result = row
        let names = try Names(pattern, context)
        for (index, node) in pattern.nodes.enumerated() where !node.isBound {
            let properties = try nodeProperties[index].evaluate(result, context)
            result[node.variable] = .of([try makeNode(index, properties, 0, names, context)])
        }
        for (index, relationship) in pattern.relationships.enumerated() {
            let properties = try relationshipProperties[index].evaluate(result, context)
            let start = result[pattern.nodes[relationship.from].variable].value(at: 0)
            let end = result[pattern.nodes[relationship.to].variable].value(at: 0)
            let made = try makeRelationship(
                index, from: start, to: end, properties, 0, names, context)
            result[relationship.variable] = .of([made])
        }
        return result
    }

    private func node(_ index: Int, _ made: [[Value]], _ batch: Batch, _ row: Int) -> Value {
        let node = pattern.nodes[index]
        return node.isBound ? batch[node.variable].value(at: row) : made[index][row]
    }

    /// The labels and types of a pattern's new entities, looked up once for many rows.
    private struct Names {
        var labels: [[LabelID]] = []
        var types: [RelationshipTypeID?] = []

        init(_ pattern: BoundPattern, _ context: ExecutionContext) throws(QueryError) {
            let pen = try context.pen()
            for node in pattern.nodes {
                var found: [LabelID] = []
                for name in node.isBound ? [] : node.labels?.requiredLabels ?? [] {
                    let label = try context.onGraph(span: node.span) { () throws(GraphError) in
                        try pen.label(name)
                    }
                    if !found.contains(label) { found.append(label) }
                }
                labels.append(found)
            }
            for relationship in pattern.relationships {
                let name = relationship.typeNames?.first
                types.append(
                    try context.onGraph(span: relationship.span) { () throws(GraphError) in
                        try name.map { name throws(GraphError) in try pen.relationshipType(name) }
                    })
            }
        }
    }

    private func makeNode(
        _ index: Int, _ properties: EvaluatedProperties, _ row: Int, _ names: Names,
        _ context: ExecutionContext
    ) throws(QueryError) -> Value {
        let pen = try context.pen()
        let values = try properties.row(row, context)
        let labels = names.labels[index]
        let id = try context.onGraph(span: pattern.nodes[index].span) { () throws(GraphError) in
            try pen.createNode(labels: labels, properties: values)
        }
        context.changes.nodesCreated += 1
        context.changes.labelsAdded += labels.count
        context.changes.propertiesSet += values.count
        return .node(id)
    }

    private func makeRelationship(
        _ index: Int, from start: Value, to end: Value, _ properties: EvaluatedProperties,
        _ row: Int, _ names: Names, _ context: ExecutionContext
    ) throws(QueryError) -> Value {
        let relationship = pattern.relationships[index]
        let pen = try context.pen()
        guard case .node(let first) = start, case .node(let second) = end,
            let type = names.types[index]
        else {
            throw QueryError(
                type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                message: "a relationship needs a node at both ends; one of them is null",
                span: relationship.span)
        }
        let values = try properties.row(row, context)
        let isReversed = relationship.direction == .incoming
        let id = try context.onGraph(span: relationship.span) { () throws(GraphError) in
            try pen.createRelationship(
                type: type, from: isReversed ? second : first,
                to: isReversed ? first : second, properties: values)
        }
        context.changes.relationshipsCreated += 1
        context.changes.propertiesSet += values.count
        return .relationship(id)
    }
}

/// CREATE.
final class Create: WritingOperator {
    private let creation: PatternCreation

    init(input: Operator, creation: PatternCreation) {
        self.creation = creation
        super.init(input: input)
    }

    override var needsAllRowsAtOnce: Bool { creation.readsGraph }

    override func write(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch {
        try creation.create(batch, context)
    }

    override var mayRunAgain: Bool { inputMayRunAgain }
}

/// The step of ``Create``.
struct CreateStep: PlanStep {
    let pattern: BoundPattern

    var name: String { "Create" }
    var isWriting: Bool { true }
    func details(_ names: VariableNames) -> String { names.list(pattern.newVariables) }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        Create(input: inputs[0], creation: try PatternCreation(pattern, builder))
    }
}
