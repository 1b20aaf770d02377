import KithLanguage
import KithValues

/// SET, REMOVE, DELETE and FOREACH.
extension Binder {
    private static let entities: StaticType.Kinds = [.node, .relationship]

    func changes(_ items: [SetItem]) throws(QueryError) -> [BoundChange] {
        isWriting = true
        var changes: [BoundChange] = []
        for item in items { changes.append(try change(item)) }
        return changes
    }

    private func change(_ item: SetItem) throws(QueryError) -> BoundChange {
        switch item.kind {
        case .property(let entity, let key, let value):
            return .setProperty(
                try self.entity(entity), key: key.text, value: try expression(value),
                span: item.span)
        case .element(let entity, let key, let value):
            return .setDynamicProperty(
                try self.entity(entity), key: try self.key(key), value: try expression(value),
                span: item.span)
        case .replaceAll(let entity, let value):
            return .replaceProperties(
                try self.entity(entity), try propertyMap(value), span: item.span)
        case .addAll(let entity, let value):
            return .mergeProperties(
                try self.entity(entity), try propertyMap(value), span: item.span)
        case .labels(let entity, let labels):
            return .addLabels(try node(entity), labels.map(\.text), span: item.span)
        }
    }

    func removals(_ items: [RemoveItem]) throws(QueryError) -> [BoundChange] {
        isWriting = true
        var changes: [BoundChange] = []
        for item in items {
            switch item.kind {
            case .property(let entity, let key):
                changes.append(
                    .removeProperty(try self.entity(entity), key: key.text, span: item.span))
            case .element(let entity, let key):
                changes.append(
                    .removeDynamicProperty(
                        try self.entity(entity), key: try self.key(key), span: item.span))
            case .labels(let entity, let labels):
                changes.append(
                    .removeLabels(try node(entity), labels.map(\.text), span: item.span))
            }
        }
        return changes
    }

    private func entity(_ expression: Expression) throws(QueryError) -> BoundExpression {
        let bound = try self.expression(expression)
        try require(bound, Self.entities, "what is changed")
        return bound
    }

    private func entity(_ name: Name) throws(QueryError) -> BoundExpression {
        let bound = try variable(name)
        try require(bound, Self.entities, "what is changed")
        return bound
    }

    private func node(_ name: Name) throws(QueryError) -> BoundExpression {
        let bound = try variable(name)
        try require(bound, .node, "what has labels")
        return bound
    }

    private func key(_ expression: Expression) throws(QueryError) -> BoundExpression {
        let bound = try self.expression(expression)
        try require(bound, .string, "the name of a property")
        return bound
    }

    private func propertyMap(_ expression: Expression) throws(QueryError) -> BoundExpression {
        let bound = try self.expression(expression)
        try require(bound, [.map, .node, .relationship], "what properties are taken from")
        return bound
    }

    func delete(_ clause: DeleteClause) throws(QueryError) -> BoundClause {
        isWriting = true
        var entities: [BoundExpression] = []
        for entity in clause.entities {
            if case .hasLabels = entity.kind {
                throw .syntax(
                    "InvalidDelete", "DELETE takes nodes, relationships and paths, not labels",
                    entity.span, hint: "REMOVE takes labels away.")
            }
            let bound = try expression(entity)
            try require(bound, [.node, .relationship, .path], "what is deleted")
            entities.append(bound)
        }
        return .delete(entities, detach: clause.isDetaching)
    }

    func forEach(_ clause: ForEachClause) throws(QueryError) -> BoundClause {
        isWriting = true
        let list = try expression(clause.list)
        try require(list, .list, "what stands behind IN")
        let outer = scope
        defer { scope = outer }
        let variable = makeVariable(clause.variable.text, elementType(of: list.type))
        scope.add(clause.variable, variable)
        var clauses: [BoundClause] = []
        for inner in clause.clauses {
            switch inner {
            case .create, .merge, .set, .remove, .delete, .forEach:
                clauses.append(try self.clause(inner))
            default:
                throw composition(
                    "FOREACH holds only clauses that change the graph", inner.span,
                    hint: "Use UNWIND for the others.")
            }
        }
        return .forEach(variable: variable, list: list, clauses: clauses)
    }
}
