import KithLanguage
import KithValues

@testable import KithQuery

/// Updates, row by row in the order of the rows.
extension Model {
    /// The properties of a pattern's new nodes and relationships, by their variables.
    func properties(of pattern: BoundPattern, _ row: Row) throws -> [VariableID: [String: Value]] {
        var result: [VariableID: [String: Value]] = [:]
        for node in pattern.nodes where !node.isBound {
            result[node.variable] = try newProperties(node.properties, node.propertyMap, row)
        }
        for edge in pattern.relationships {
            result[edge.variable] = try newProperties(edge.properties, edge.propertyMap, row)
        }
        return result
    }

    /// Makes what a pattern does not find bound; gives the row with it. Properties that are not
    /// `read` before are read one after the other, and see what was made further left.
    func create(
        _ pattern: BoundPattern, _ row: Row, _ read: [VariableID: [String: Value]]?
    ) throws -> Row {
        var result = row
        for node in pattern.nodes where !node.isBound {
            let properties =
                try read?[node.variable]
                ?? newProperties(node.properties, node.propertyMap, result)
            let id = graph.addNode(Set(node.labels?.requiredLabels ?? []), properties)
            result[node.variable.index] = .node(NodeID(rawValue: id))
        }
        for relationship in pattern.relationships {
            let properties =
                try read?[relationship.variable]
                ?? newProperties(relationship.properties, relationship.propertyMap, result)
            guard
                case .node(let from) = result[pattern.nodes[relationship.from].variable.index],
                case .node(let to) = result[pattern.nodes[relationship.to].variable.index],
                let type = relationship.typeNames?.first
            else { throw ModelError("TypeError", "InvalidArgumentType") }
            guard graph.position(node: from.rawValue) != nil,
                graph.position(node: to.rawValue) != nil
            else { throw ModelError("EntityNotFound", "DeletedEntityAccess") }
            let isReversed = relationship.direction == .incoming
            let id = graph.addRelationship(
                type, from: (isReversed ? to : from).rawValue,
                to: (isReversed ? from : to).rawValue, properties)
            result[relationship.variable.index] = .relationship(RelationshipID(rawValue: id))
        }
        for path in pattern.paths {
            var nodes = [result[pattern.nodes[path.firstNode].variable.index]]
            var relationships: [RelationshipID] = []
            for step in path.steps {
                nodes.append(result[pattern.nodes[step.node].variable.index])
                let value = result[pattern.relationships[step.relationship].variable.index]
                if case .relationship(let id) = value { relationships.append(id) }
            }
            result[path.variable.index] = .path(
                PathValue(
                    nodes: nodes.compactMap { if case .node(let id) = $0 { id } else { nil } },
                    relationships: relationships))
        }
        return result
    }

    private func newProperties(
        _ written: [BoundMapEntry], _ map: BoundExpression?, _ row: Row
    ) throws -> [String: Value] {
        var result: [String: Value] = [:]
        for entry in written { result[entry.key] = try evaluate(entry.value, row) }
        if let map {
            for entry in try properties(asMap: evaluate(map, row)) {
                result[entry.key] = entry.value
            }
        }
        for (key, value) in result {
            if value.isNull { result[key] = nil } else { try checkStorable(value) }
        }
        return result
    }

    func run(_ merge: BoundMerge, _ row: Row) throws -> [Row] {
        for entry in merge.pattern.nodes.flatMap({ $0.properties })
            + merge.pattern.relationships.flatMap({ $0.properties })
        where try evaluate(entry.value, row).isNull {
            throw ModelError("SemanticError", "MergeReadOwnWrites")
        }
        let found = try matches(merge.pattern, row).map { $0.row }.shuffled(using: &shuffler)
        if found.isEmpty {
            let own = Set(merge.pattern.newVariables)
            let readsOwn = merge.pattern.expressions.contains {
                !$0.freeVariables.isDisjoint(with: own)
            }
            let read = readsOwn ? nil : try properties(of: merge.pattern, row)
            let made = try create(merge.pattern, row, read)
            try apply(merge.onCreate, made)
            return [made]
        }
        for match in found { try apply(merge.onMatch, match) }
        return found
    }

    func apply(_ changes: [BoundChange], _ row: Row) throws {
        for change in changes { try apply(change, row) }
    }

    private func apply(_ change: BoundChange, _ row: Row) throws {
        switch change {
        case .setProperty(let entity, let key, let value, _):
            try set(evaluate(entity, row), key, evaluate(value, row))
        case .removeProperty(let entity, let key, _): try set(evaluate(entity, row), key, .null)
        case .setDynamicProperty(let entity, let key, let value, _):
            try set(evaluate(entity, row), name(evaluate(key, row)), evaluate(value, row))
        case .removeDynamicProperty(let entity, let key, _):
            try set(evaluate(entity, row), name(evaluate(key, row)), .null)
        case .replaceProperties(let entity, let map, _):
            let target = try evaluate(entity, row)
            let entries = try properties(asMap: evaluate(map, row))
            if target.isNull { return }
            for entry in try properties(of: target).entries { try set(target, entry.key, .null) }
            for entry in entries { try set(target, entry.key, entry.value) }
        case .mergeProperties(let entity, let map, _):
            let target = try evaluate(entity, row)
            let entries = try properties(asMap: evaluate(map, row))
            for entry in entries { try set(target, entry.key, entry.value) }
        case .addLabels(let node, let names, _):
            try changeLabels(evaluate(node, row)) { $0.formUnion(names) }
        case .removeLabels(let node, let names, _):
            try changeLabels(evaluate(node, row)) { $0.subtract(names) }
        }
    }

    private func name(_ value: Value) throws -> String {
        guard case .string(let name) = value else {
            throw ModelError("TypeError", "InvalidArgumentType")
        }
        return name
    }

    private func properties(asMap value: Value) throws -> [ValueMap.Entry] {
        switch value {
        case .null: return []
        case .map, .node, .relationship: return try properties(of: value).entries
        default: throw ModelError("TypeError", "InvalidArgumentType")
        }
    }

    private func set(_ target: Value, _ key: String, _ value: Value) throws {
        if target.isNull { return }
        let kept: Value? = value.isNull ? nil : value
        switch target {
        case .node(let id):
            guard let position = graph.position(node: id.rawValue) else { throw Self.gone }
            try checkStorable(value)
            graph.nodes[position].properties[key] = kept
        case .relationship(let id):
            guard let position = graph.position(relationship: id.rawValue) else { throw Self.gone }
            try checkStorable(value)
            graph.relationships[position].properties[key] = kept
        default: throw ModelError("TypeError", "InvalidArgumentType")
        }
    }

    private func changeLabels(_ target: Value, _ change: (inout Set<String>) -> Void) throws {
        if target.isNull { return }
        guard case .node(let id) = target else {
            throw ModelError("TypeError", "InvalidArgumentType")
        }
        guard let position = graph.position(node: id.rawValue) else { throw Self.gone }
        change(&graph.nodes[position].labels)
    }

    private func checkStorable(_ value: Value) throws {
        switch value {
        case .map, .node, .relationship, .path:
            throw ModelError("TypeError", "InvalidPropertyType")
        case .list(let elements): for element in elements { try checkStorable(element) }
        default: break
        }
    }

    func delete(_ entities: [BoundExpression], _ detach: Bool, _ rows: [Row]) throws {
        var nodes: [UInt64] = []
        var relationships: Set<UInt64> = []
        for entity in entities {
            for row in rows {
                switch try evaluate(entity, row) {
                case .null: continue
                case .node(let id): nodes.append(id.rawValue)
                case .relationship(let id): relationships.insert(id.rawValue)
                case .path(let path):
                    nodes += path.nodes.map { $0.rawValue }
                    relationships.formUnion(path.relationships.map { $0.rawValue })
                default: throw ModelError("TypeError", "InvalidArgumentType")
                }
            }
        }
        graph.relationships.removeAll { relationships.contains($0.id) }
        // A node that an earlier clause deleted is not there to be detached.
        for node in nodes where graph.position(node: node) != nil {
            if detach {
                graph.relationships.removeAll { $0.source == node || $0.target == node }
            }
            graph.nodes.removeAll { $0.id == node }
        }
        hasDeleted = true
    }

    private static var gone: ModelError { ModelError("EntityNotFound", "DeletedEntityAccess") }
}
