import KithLanguage
import KithValues

@testable import KithQuery

/// Patterns: every way to give a pattern's nodes and relationships, no relationship twice.
extension Model {
    /// A pattern partly solved.
    struct Matching {
        var nodes: [UInt64?]
        var used: [UInt64]
        var row: Row
    }

    /// The rows that `row` becomes.
    ///
    /// `forcedNode`: a node of the pattern, by its index, that must be this one. `used`: the
    /// relationships that must not be used again.
    func matches(
        _ pattern: BoundPattern, _ row: Row, forcedNode: (index: Int, id: UInt64)? = nil,
        used: [UInt64] = []
    ) throws -> [Matching] {
        var start = Matching(
            nodes: pattern.nodes.map { _ in nil }, used: used, row: row)
        for (index, node) in pattern.nodes.enumerated() where node.isBound {
            guard case .node(let id) = row[node.variable.index],
                graph.position(node: id.rawValue) != nil
            else { return [] }
            start.nodes[index] = id.rawValue
        }
        if let forcedNode { start.nodes[forcedNode.index] = forcedNode.id }
        var matchings = [start]
        if hasDeleted, !graph.isWhole {
            throw ModelError("Model", "what is found of relationships without ends is open")
        }
        let selected = Set(pattern.selections.flatMap { $0.relationships })
        for (index, relationship) in pattern.relationships.enumerated()
        where !selected.contains(index) {
            matchings = try matchings.flatMap { try follow(relationship, $0) }
        }
        for selection in pattern.selections {
            matchings = try matchings.flatMap { try select(selection, $0, pattern) }
        }
        for index in pattern.nodes.indices {
            matchings = matchings.flatMap { matching in
                if matching.nodes[index] != nil { return [matching] }
                return graph.nodes.map {
                    var next = matching
                    next.nodes[index] = $0.id
                    return next
                }
            }
            try spend(matchings.count)
        }
        return try matchings.compactMap { try completed($0, pattern) }
    }

    /// The matching with its row filled, if it meets the conditions written in the pattern.
    private func completed(_ matching: Matching, _ pattern: BoundPattern) throws -> Matching? {
        var result = matching
        for (index, node) in pattern.nodes.enumerated() {
            if let id = matching.nodes[index] {
                result.row[node.variable.index] = .node(NodeID(rawValue: id))
            }
        }
        for path in pattern.paths {
            result.row[path.variable.index] = self.path(path, pattern, result)
        }
        for node in pattern.nodes where try !accepts(node, result.row) { return nil }
        for relationship in pattern.relationships
        where try !accepts(relationship, result.row) { return nil }
        return result
    }

    /// Whether the row's node has the labels and properties written in the pattern.
    func accepts(_ node: PatternNode, _ row: Row) throws -> Bool {
        let value = row[node.variable.index]
        guard case .node(let id) = value else { return false }
        return try Self.accepts(node.labels, Set(labels(of: id)))
            && hasProperties(value, node.properties, row)
    }

    /// Whether the row's relationship, or each of its list, has the properties written in the pattern.
    func accepts(_ relationship: PatternRelationship, _ row: Row) throws -> Bool {
        let value = row[relationship.variable.index]
        let elements: [Value] = if case .list(let list) = value { list } else { [value] }
        return try elements.allSatisfy {
            try hasProperties($0, relationship.properties, row)
        }
    }

    private func hasProperties(
        _ entity: Value, _ written: [BoundMapEntry], _ row: Row
    ) throws -> Bool {
        for entry in written {
            let found = try property(entry.key, of: entity)
            if try Value.cypherEquals(found, evaluate(entry.value, row)) != .yes { return false }
        }
        return true
    }

    /// Every way to give one relationship of the pattern.
    func follow(
        _ relationship: PatternRelationship, _ matching: Matching
    ) throws -> [Matching] {
        let starts =
            matching.nodes[relationship.from].map { [$0] } ?? graph.nodes.map { $0.id }
        var results: [Matching] = []
        for start in starts {
            var begun = matching
            begun.nodes[relationship.from] = start
            // In a loop of the pattern both ends are the same entry.
            let end = begun.nodes[relationship.to]
            for walk in try walks(relationship, from: start, begun) {
                if let end, walk.end != end { continue }
                var next = begun
                next.nodes[relationship.to] = walk.end
                next.used += walk.relationships
                let isSingle = relationship.length == nil && relationship.quantified == nil
                let values = walk.relationships.map {
                    Value.relationship(RelationshipID(rawValue: $0))
                }
                let value = isSingle ? values[0] : Value.list(values)
                if relationship.isBound,
                    !Value.isEquivalent(matching.row[relationship.variable.index], value)
                {
                    continue
                }
                next.row[relationship.variable.index] = value
                for group in relationship.quantified?.groups ?? [] {
                    next.row[group.outer.index] = .list(walk.groups[group.inner] ?? [])
                }
                results.append(next)
            }
        }
        return results
    }

    /// A walk along one relationship of the pattern.
    private struct Walk {
        var end: UInt64
        var relationships: [UInt64] = []
        var groups: [VariableID: [Value]] = [:]
    }

    private func walks(
        _ relationship: PatternRelationship, from start: UInt64, _ matching: Matching
    ) throws -> [Walk] {
        let isSingle = relationship.length == nil
        let minimum = relationship.length?.minimum ?? 1
        let maximum = isSingle ? 1 : relationship.length?.maximum ?? .max
        var layer = [Walk(end: start)]
        var results = minimum == 0 ? layer : []
        var length = 0
        while !layer.isEmpty, length < maximum {
            var next: [Walk] = []
            for walk in layer {
                next += try extended(walk, relationship, matching)
                try spend(next.count)
            }
            layer = next
            length += 1
            if length >= minimum { results += layer }
        }
        return results
    }

    /// The walks one step further.
    private func extended(
        _ walk: Walk, _ relationship: PatternRelationship, _ matching: Matching
    ) throws -> [Walk] {
        let used = matching.used + walk.relationships
        guard let part = relationship.quantified else {
            var results: [Walk] = []
            for edge in graph.relationships where !used.contains(edge.id) {
                guard Self.accepts(relationship.types, [edge.type]) else { continue }
                let leads =
                    switch relationship.direction {
                    case .outgoing: edge.source == walk.end
                    case .incoming: edge.target == walk.end
                    case .either: edge.source == walk.end || edge.target == walk.end
                    }
                if !leads { continue }
                var next = walk
                next.end = edge.other(walk.end)
                next.relationships.append(edge.id)
                results.append(next)
            }
            return results
        }
        var results: [Walk] = []
        let found = try matches(
            part.pattern, matching.row, forcedNode: (part.first, walk.end), used: used)
        for inner in found {
            if let predicate = part.predicate, try truth(predicate, inner.row) != true { continue }
            guard let end = inner.nodes[part.last] else { continue }
            var next = walk
            next.end = end
            next.relationships += inner.used[used.count...]
            for group in part.groups {
                next.groups[group.inner, default: []].append(inner.row[group.inner.index])
            }
            results.append(next)
        }
        return results
    }

    func path(_ path: PatternPath, _ pattern: BoundPattern, _ matching: Matching) -> Value {
        guard let first = matching.nodes[path.firstNode] else { return .null }
        var nodes = [first]
        var relationships: [UInt64] = []
        for step in path.steps {
            let relationship = pattern.relationships[step.relationship]
            var edges: [UInt64] = []
            switch matching.row[relationship.variable.index] {
            case .relationship(let id): edges = [id.rawValue]
            case .list(let elements):
                for case .relationship(let id) in elements { edges.append(id.rawValue) }
            default: break
            }
            for edge in edges {
                guard let position = graph.position(relationship: edge), let last = nodes.last
                else { return .null }
                relationships.append(edge)
                nodes.append(graph.relationships[position].other(last))
            }
        }
        return .path(
            PathValue(
                nodes: nodes.map { NodeID(rawValue: $0) },
                relationships: relationships.map { RelationshipID(rawValue: $0) }))
    }
}
