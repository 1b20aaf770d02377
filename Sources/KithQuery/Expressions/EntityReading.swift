import KithGraph
import KithLanguage
import KithValues

/// Reading nodes and relationships one by one: what functions and row-wise expressions need.
enum EntityReading {
    /// `subject.key` for any value.
    ///
    /// - Throws: `TypeError`/`InvalidArgumentType` for values without properties.
    static func property(
        _ key: String, of subject: Value, _ context: ExecutionContext, span: SourceSpan?
    ) throws(QueryError) -> Value {
        switch subject {
        case .null: return .null
        case .node(let id):
            try checkAlive(id, context, span: span)
            guard let keyID = context.graph.catalog.propertyKey(key) else { return .null }
            return try context.onGraph { () throws(GraphError) in
                try context.graph.property(keyID, of: id)
            }
        case .relationship(let id):
            try checkAlive(id, context, span: span)
            guard let keyID = context.graph.catalog.propertyKey(key) else { return .null }
            return try context.onGraph { () throws(GraphError) in
                try context.graph.property(keyID, of: id)
            }
        case .map(let map): return map[key] ?? .null
        default:
            do {
                return try ScalarOperators.component(key, of: subject)
            } catch {
                throw QueryError(error, span: span)
            }
        }
    }

    /// All properties of a node or relationship as a map, in the order of their keys' numbers.
    static func properties(
        of subject: Value, _ context: ExecutionContext, span: SourceSpan?
    ) throws(QueryError) -> ValueMap? {
        let entries: [(key: PropertyKeyID, value: Value)]
        switch subject {
        case .node(let id):
            try checkAlive(id, context, span: span)
            entries = try context.onGraph { () throws(GraphError) in
                try context.graph.properties(of: id)
            }
        case .relationship(let id):
            try checkAlive(id, context, span: span)
            entries = try context.onGraph { () throws(GraphError) in
                try context.graph.properties(of: id)
            }
        case .map(let map): return map
        default: return nil
        }
        let catalog = context.graph.catalog
        return ValueMap(entries.map { (catalog.name(of: $0.key), $0.value) })
    }

    /// The names of a node's labels.
    static func labels(
        of node: NodeID, _ context: ExecutionContext, span: SourceSpan?
    ) throws(QueryError) -> [String] {
        try checkAlive(node, context, span: span)
        let labels = try context.onGraph { () throws(GraphError) in
            try context.graph.labels(of: node)
        }
        let catalog = context.graph.catalog
        return labels.map { catalog.name(of: $0) }
    }

    /// The type and ends of a relationship.
    ///
    /// - Throws: `EntityNotFound`/`DeletedEntityAccess` when it is gone.
    static func record(
        of relationship: RelationshipID, _ context: ExecutionContext, span: SourceSpan?
    ) throws(QueryError) -> RelationshipRecord {
        let record = try context.onGraph { () throws(GraphError) in
            try context.graph.record(of: relationship)
        }
        guard let record else { throw deleted(span) }
        return record
    }

    /// The name of a relationship's type, also of one that this transaction deleted: a chunk holds
    /// relationships of one type only.
    static func typeName(
        of relationship: RelationshipID, _ context: ExecutionContext
    ) throws(QueryError) -> String {
        let type = try context.onGraph { () throws(GraphError) in
            if let record = try context.graph.record(of: relationship) { return record.type }
            return try context.graph.recordOfDeleted(relationship).type
        }
        return context.graph.catalog.name(of: type)
    }

    /// Throws when a statement that deletes has deleted the node.
    static func checkAlive(
        _ node: NodeID, _ context: ExecutionContext, span: SourceSpan?
    ) throws(QueryError) {
        guard context.hasDeleted else { return }
        let isAlive = try context.onGraph { () throws(GraphError) in
            try context.graph.isAlive(node)
        }
        if !isAlive { throw deleted(span) }
    }

    /// Throws when a statement that deletes has deleted the relationship.
    static func checkAlive(
        _ relationship: RelationshipID, _ context: ExecutionContext, span: SourceSpan?
    ) throws(QueryError) {
        guard context.hasDeleted else { return }
        let isAlive = try context.onGraph { () throws(GraphError) in
            try context.graph.isAlive(relationship)
        }
        if !isAlive { throw deleted(span) }
    }

    /// Throws when any entity of the vector was deleted.
    static func checkAlive(
        _ entities: Vector, _ context: ExecutionContext, span: SourceSpan?
    ) throws(QueryError) {
        for row in 0..<entities.count {
            switch entities.value(at: row) {
            case .node(let id): try checkAlive(id, context, span: span)
            case .relationship(let id): try checkAlive(id, context, span: span)
            default: break
            }
        }
    }

    private static func deleted(_ span: SourceSpan?) -> QueryError {
        QueryError(
            type: "EntityNotFound", detail: "DeletedEntityAccess", phase: .runtime,
            message: "the node or relationship was deleted in this transaction", span: span)
    }
}
