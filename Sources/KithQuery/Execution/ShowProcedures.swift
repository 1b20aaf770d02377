import KithGraph
import KithValues

/// A procedure whose rows are all known at once.
struct TableProcedure: Procedure {
    let signature: ProcedureSignature
    /// Gives the rows.
    let rows:
        @Sendable (_ arguments: [Value], _ context: ExecutionContext) throws(QueryError)
            -> [[Value]]

    func call(
        _ arguments: [Value], _ context: ProcedureContext
    ) throws(QueryError) -> any ProcedureCursor {
        TableCursor(rows: try rows(arguments, context.execution))
    }
}

/// The rows of a procedure that has them all.
public final class TableCursor: ProcedureCursor {
    private let rows: [[Value]]
    private var position = 0

    /// Gives `rows` in their order.
    public init(rows: [[Value]]) { self.rows = rows }

    /// Gives the next rows.
    public func next(into result: inout [[Value]]) throws(QueryError) -> Bool {
        let end = min(rows.count, position + ExecutionOptions.standard.batchSize)
        result += rows[position..<end]
        position = end
        return position < rows.count
    }
}

/// What SHOW calls.
enum ShowProcedures {
    /// One for each subject of SHOW.
    static let all: [any Procedure] = [
        names("labels", "label", "The labels and how many nodes have them.") { graph in
            graph.catalog.labelNames.map { name in
                (name, graph.catalog.label(name).map { graph.nodeCount(label: $0) } ?? 0)
            }
        },
        names("types", "type", "The relationship types and how many relationships have them.") {
            graph in
            graph.catalog.relationshipTypeNames.map { name in
                let type = graph.catalog.relationshipType(name)
                return (name, type.map { graph.relationshipCount(type: $0) } ?? 0)
            }
        },
        properties, indexes, constraints, functions, procedures,
    ]

    private static func names(
        _ subject: String, _ column: String, _ summary: String,
        _ rows: @escaping @Sendable (GraphReader) -> [(String, Int)]
    ) -> TableProcedure {
        TableProcedure(
            signature: ProcedureSignature(
                name: "show.\(subject)", inputs: [],
                outputs: [.init(column, .string), .init("count", .integer)], summary: summary)
        ) { (_, context) throws(QueryError) in
            rows(context.graph).filter { $0.1 > 0 }
                .map { [.string($0.0), .integer(Int64($0.1))] }
        }
    }

    private static let properties = TableProcedure(
        signature: ProcedureSignature(
            name: "show.properties", inputs: [], outputs: [.init("property", .string)],
            summary: "The property keys that were ever used.")
    ) { (_, context) throws(QueryError) in
        context.graph.catalog.propertyKeyNames.map { [.string($0)] }
    }

    private static let indexes = TableProcedure(
        signature: ProcedureSignature(
            name: "show.indexes", inputs: [],
            outputs: [
                .init("name", .string), .init("type", .string), .init("entityType", .string),
                .init("labelsOrTypes", StaticType(.list, elements: .string)),
                .init("properties", StaticType(.list, elements: .string)),
                .init("isUnique", .boolean), .init("owningConstraint", .string),
                .init("entries", .integer),
            ], summary: "The indexes.")
    ) { (_, context) throws(QueryError) in
        var rows: [[Value]] = []
        for index in context.graph.catalog.indexes {
            let entries = try context.onGraph { () throws(GraphError) in
                try context.graph.entryCount(of: index.id)
            }
            rows.append([
                .string(index.name), .string("RANGE"), .string(entityName(index.entity)),
                .list([.string(tokenName(index.entity, index.token, context))]),
                keyNames(index.properties, context), .boolean(index.isUnique),
                index.constraintName.map { .string($0) } ?? .null, .integer(Int64(entries)),
            ])
        }
        return rows
    }

    private static let constraints = TableProcedure(
        signature: ProcedureSignature(
            name: "show.constraints", inputs: [],
            outputs: [
                .init("name", .string), .init("type", .string), .init("entityType", .string),
                .init("labelsOrTypes", StaticType(.list, elements: .string)),
                .init("properties", StaticType(.list, elements: .string)),
                .init("propertyType", .string),
            ], summary: "The constraints.")
    ) { (_, context) throws(QueryError) in
        context.graph.catalog.constraints.map { constraint in
            var propertyType = Value.null
            let kind: String
            switch constraint.kind {
            case .unique: kind = "UNIQUENESS"
            case .exists: kind = "PROPERTY_EXISTENCE"
            case .key: kind = "KEY"
            case .type(let types):
                kind = "PROPERTY_TYPE"
                let names = types.map { type in
                    type.elementKind.map { "LIST<\($0.name)>" } ?? type.kind.name
                }
                propertyType = .string(names.joined(separator: " | "))
            }
            return [
                .string(constraint.name), .string(kind), .string(entityName(constraint.entity)),
                .list([.string(tokenName(constraint.entity, constraint.token, context))]),
                keyNames(constraint.properties, context), propertyType,
            ]
        }
    }

    private static let functions = TableProcedure(
        signature: ProcedureSignature(
            name: "show.functions", inputs: [],
            outputs: [
                .init("name", .string), .init("isAggregating", .boolean),
                .init("description", .string),
            ], summary: "The functions.")
    ) { (_, context) throws(QueryError) in
        let registry = context.environment.functions
        return registry.scalars.map { [.string($0.name), .boolean(false), .string($0.summary)] }
            + registry.aggregates.map { [.string($0.name), .boolean(true), .string($0.summary)] }
    }

    private static let procedures = TableProcedure(
        signature: ProcedureSignature(
            name: "show.procedures", inputs: [],
            outputs: [
                .init("name", .string), .init("inputs", StaticType(.list, elements: .string)),
                .init("outputs", StaticType(.list, elements: .string)),
                .init("description", .string),
            ], summary: "The procedures.")
    ) { (_, context) throws(QueryError) in
        context.environment.procedures.all.map { procedure in
            let signature = procedure.signature
            return [
                .string(signature.name), .list(signature.inputs.map { .string($0.name) }),
                .list(signature.outputs.map { .string($0.name) }), .string(signature.summary),
            ]
        }
    }

    private static func entityName(_ entity: EntityKind) -> String {
        entity == .node ? "NODE" : "RELATIONSHIP"
    }

    private static func tokenName(
        _ entity: EntityKind, _ token: UInt32, _ context: ExecutionContext
    ) -> String {
        entity == .node
            ? context.graph.catalog.name(of: LabelID(rawValue: token))
            : context.graph.catalog.name(of: RelationshipTypeID(rawValue: token))
    }

    private static func keyNames(_ keys: [PropertyKeyID], _ context: ExecutionContext) -> Value {
        .list(keys.map { .string(context.graph.catalog.name(of: $0)) })
    }
}
