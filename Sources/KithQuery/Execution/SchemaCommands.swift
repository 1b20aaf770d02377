import KithGraph
import KithLanguage
import KithValues

/// CREATE and DROP of indexes and constraints.
enum SchemaCommands {
    /// Carries out a statement that changes the schema.
    static func run(_ statement: Statement, _ context: ExecutionContext) throws(QueryError) {
        switch statement.kind {
        case .createIndex(let create): try run(create, context)
        case .createConstraint(let create): try run(create, context)
        case .dropIndex(let drop):
            let pen = try context.pen()
            guard context.graph.catalog.index(named: drop.name.text) != nil else {
                if drop.ifExists { return }
                throw notFound("index", drop)
            }
            try context.onGraph(span: drop.span) { () throws(GraphError) in
                try pen.dropIndex(named: drop.name.text)
            }
            context.changes.indexesRemoved += 1
        case .dropConstraint(let drop):
            let pen = try context.pen()
            guard context.graph.catalog.constraint(named: drop.name.text) != nil else {
                if drop.ifExists { return }
                throw notFound("constraint", drop)
            }
            try context.onGraph(span: drop.span) { () throws(GraphError) in
                try pen.dropConstraint(named: drop.name.text)
            }
            context.changes.constraintsRemoved += 1
        case .query, .show: preconditionFailure("a query is no schema command")
        case .transaction(let command):
            throw QueryError(
                type: "TransactionError", detail: "InvalidTransactionCommand", phase: .runtime,
                message: "\(command.rawValue) cannot run inside another statement",
                span: statement.span)
        }
    }

    private static func notFound(_ what: String, _ drop: DropStatement) -> QueryError {
        QueryError(
            type: "SchemaError", detail: "SchemaNotFound", phase: .runtime,
            message: "there is no \(what) `\(drop.name.text)`", span: drop.name.span)
    }

    /// The entity kind, the token and the keys that a statement names; made where they are new.
    private static func target(
        _ target: SchemaTarget, _ properties: [Name], _ pen: GraphWriter
    ) throws(GraphError) -> (EntityKind, UInt32, [PropertyKeyID]) {
        var keys: [PropertyKeyID] = []
        for property in properties { keys.append(try pen.propertyKey(property.text)) }
        switch target.entity {
        case .node: return (.node, try pen.label(target.name.text).rawValue, keys)
        case .relationship:
            return (.relationship, try pen.relationshipType(target.name.text).rawValue, keys)
        }
    }

    private static func run(
        _ create: CreateIndexStatement, _ context: ExecutionContext
    ) throws(QueryError) {
        let pen = try context.pen()
        let made = try context.onGraph(span: create.span) { () throws(GraphError) in
            let (entity, token, keys) = try target(create.target, create.properties, pen)
            do throws(GraphError) {
                _ = try pen.createIndex(
                    name: create.name?.text, entity: entity, token: token, properties: keys)
                return true
            } catch {
                if case .schemaExists = error, create.ifNotExists { return false }
                throw error
            }
        }
        if made { context.changes.indexesAdded += 1 }
    }

    private static func run(
        _ create: CreateConstraintStatement, _ context: ExecutionContext
    ) throws(QueryError) {
        let pen = try context.pen()
        let kind = try kind(create)
        let made = try context.onGraph(span: create.span) { () throws(GraphError) in
            let (entity, token, keys) = try target(create.target, create.properties, pen)
            do throws(GraphError) {
                _ = try pen.createConstraint(
                    name: create.name?.text, kind: kind, entity: entity, token: token,
                    properties: keys)
                return true
            } catch {
                if case .schemaExists = error, create.ifNotExists { return false }
                throw error
            }
        }
        if made { context.changes.constraintsAdded += 1 }
    }

    private static func kind(
        _ create: CreateConstraintStatement
    ) throws(QueryError) -> ConstraintKind {
        switch create.requirement {
        case .unique: return .unique
        case .exists: return .exists
        case .key: return .key
        case .type(let type):
            guard let types = propertyTypes(type) else {
                throw QueryError(
                    type: "SyntaxError", detail: "InvalidArgumentType", phase: .compile,
                    message: "a property cannot be of this type", span: type.span)
            }
            return .type(types)
        }
    }

    /// The kinds of property that a written type allows; nil where properties cannot have it.
    private static func propertyTypes(_ type: ValueType) -> [PropertyType]? {
        let kind: ValueKind
        switch type.kind {
        case .boolean: kind = .boolean
        case .string: kind = .string
        case .integer: kind = .integer
        case .float: kind = .float
        case .date: kind = .date
        case .localTime: kind = .localTime
        case .zonedTime: kind = .time
        case .localDateTime: kind = .localDateTime
        case .zonedDateTime: kind = .dateTime
        case .duration: kind = .duration
        case .money: kind = .money
        case .list(let element):
            guard let inner = propertyTypes(element), inner.count == 1 else { return nil }
            return [PropertyType(.list, elementKind: inner[0].kind)]
        case .union(let parts):
            var result: [PropertyType] = []
            for part in parts {
                guard let types = propertyTypes(part) else { return nil }
                result += types
            }
            return result
        case .null, .nothing, .node, .relationship, .map, .path, .propertyValue, .any: return nil
        }
        return [PropertyType(kind)]
    }
}
