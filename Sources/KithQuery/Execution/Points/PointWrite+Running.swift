import KithGraph
import KithLanguage
import KithValues

/// Running the steps, one after another.
extension PointWrite {
    /// The ids of what was found and made.
    private typealias Places = InlineArray<16, UInt64>

    /// Runs the statement for the one row that it has: says what it changed, and gives the values of its
    /// columns; nil where a node was not found, which ends it.
    func run(
        _ graph: GraphReader, _ pen: GraphWriter, _ parameters: [Value],
        changes: inout ChangeCounts
    ) throws(QueryError) -> [Value]? {
        var places = Places(repeating: 0)
        for step in steps {
            switch step {
            case .find(let find):
                guard let id = try Self.found(find, find.key.value(parameters), graph) else {
                    return nil
                }
                places[find.place] = id
            case .node(let node):
                places[node.place] = try make(node, pen, parameters, &changes)
            case .relationship(let relationship):
                places[relationship.place] = try make(
                    relationship, places, pen, parameters, &changes)
            case .change(let change):
                try apply(change, to: places[change.place], pen, parameters, &changes)
            case .merge(let merging):
                places[merging.node.place] = try merge(merging, graph, pen, parameters, &changes)
            case .remove(let removal): try Self.remove(removal, places, pen, &changes)
            }
        }
        return columns.isEmpty ? [] : try values(places, graph, parameters)
    }

    private static func found(
        _ find: Find, _ key: Value, _ graph: GraphReader
    ) throws(QueryError) -> UInt64? {
        do {
            return try graph.indexLookupUnique(find.index, key: key)
        } catch {
            throw QueryError(graphError: error)
        }
    }

    private func merge(
        _ merging: Merging, _ graph: GraphReader, _ pen: GraphWriter, _ parameters: [Value],
        _ changes: inout ChangeCounts
    ) throws(QueryError) -> UInt64 {
        let key = merging.find.key.value(parameters)
        if Merge.isUnfindable(key) { throw Merge.unfindable(key, span: merging.node.span) }
        let id: UInt64
        let later: [Change]
        if let known = try Self.found(merging.find, key, graph) {
            (id, later) = (known, merging.onMatch)
        } else {
            (id, later) = (
                try make(merging.node, pen, parameters, &changes), merging.onCreate
            )
        }
        for change in later { try apply(change, to: id, pen, parameters, &changes) }
        return id
    }

    private static func remove(
        _ removal: Removal, _ places: Places, _ pen: GraphWriter, _ changes: inout ChangeCounts
    ) throws(QueryError) {
        do throws(GraphError) {
            for place in removal.relationships
            where try pen.delete(RelationshipID(rawValue: places[place])) {
                changes.relationshipsDeleted += 1
            }
            for place in removal.nodes {
                let node = NodeID(rawValue: places[place])
                if removal.isDetaching {
                    guard let detached = try pen.detachDelete(node) else { continue }
                    changes.nodesDeleted += 1
                    changes.relationshipsDeleted += detached
                } else if try pen.delete(node) {
                    changes.nodesDeleted += 1
                }
            }
        } catch {
            throw QueryError(graphError: error)
        }
    }

    private func make(
        _ node: NewNode, _ pen: GraphWriter, _ parameters: [Value],
        _ changes: inout ChangeCounts
    ) throws(QueryError) -> UInt64 {
        do throws(GraphError) {
            let properties = try Self.new(node.properties, pen, parameters, &changes)
            let labels: [LabelID]
            if let known = node.known {
                labels = known
            } else {
                labels = try Self.labels(node, pen)
            }
            let id = try pen.createNode(labels: labels, properties)
            changes.nodesCreated += 1
            changes.labelsAdded += labels.count
            return id.rawValue
        } catch {
            throw QueryError(graphError: error, span: node.span)
        }
    }

    private func make(
        _ relationship: NewRelationship, _ places: Places, _ pen: GraphWriter,
        _ parameters: [Value], _ changes: inout ChangeCounts
    ) throws(QueryError) -> UInt64 {
        do throws(GraphError) {
            let properties = try Self.new(relationship.properties, pen, parameters, &changes)
            let type: RelationshipTypeID
            if let known = relationship.known {
                type = known
            } else {
                type = try pen.relationshipType(relationship.type)
            }
            let id = try pen.createRelationship(
                type: type, from: NodeID(rawValue: places[relationship.source]),
                to: NodeID(rawValue: places[relationship.target]), properties)
            changes.relationshipsCreated += 1
            return id.rawValue
        } catch {
            throw QueryError(graphError: error, span: relationship.span)
        }
    }

    private func apply(
        _ change: Change, to id: UInt64, _ pen: GraphWriter, _ parameters: [Value],
        _ changes: inout ChangeCounts
    ) throws(QueryError) {
        let value = change.property.value.value(parameters)
        let key = change.property.key
        do throws(GraphError) {
            // A key that nothing has need not be made to be removed.
            if key.known == nil, value.isNull, pen.reader.catalog.propertyKey(key.name) == nil {
                return
            }
            let number = try Self.number(of: key, pen)
            let isChanged =
                change.kind == .node
                ? try pen.set(number, of: NodeID(rawValue: id), to: value)
                : try pen.set(number, of: RelationshipID(rawValue: id), to: value)
            if isChanged { changes.propertiesSet += 1 }
        } catch {
            throw QueryError(graphError: error, span: change.span)
        }
    }

    private static func new(
        _ properties: [Property], _ pen: GraphWriter, _ parameters: [Value],
        _ changes: inout ChangeCounts
    ) throws(GraphError) -> NewProperties {
        var new = NewProperties(capacity: properties.count)
        for place in properties.indices {
            let number = try number(of: properties[place].key, pen)
            let value = properties[place].value.value(parameters)
            if value.isNull { continue }
            try new.set(number, to: value)
            changes.propertiesSet += 1
        }
        return new
    }

    private static func number(
        of key: Key, _ pen: GraphWriter
    ) throws(GraphError) -> PropertyKeyID {
        if let known = key.known { return known }
        return try pen.propertyKey(key.name)
    }

    private static func labels(
        _ node: NewNode, _ pen: GraphWriter
    ) throws(GraphError) -> [LabelID] {
        var labels: [LabelID] = []
        for name in node.labels { labels.append(try pen.label(name)) }
        return labels
    }

    private func values(
        _ places: Places, _ graph: GraphReader, _ parameters: [Value]
    ) throws(QueryError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(columns.count)
        do throws(GraphError) {
            for column in columns {
                switch column {
                case .entity(.node, let place):
                    values.append(.node(NodeID(rawValue: places[place])))
                case .entity(.relationship, let place):
                    values.append(.relationship(RelationshipID(rawValue: places[place])))
                case .property(let kind, let place, let key):
                    guard let number = key.known ?? graph.catalog.propertyKey(key.name) else {
                        values.append(.null)
                        continue
                    }
                    values.append(
                        kind == .node
                            ? try graph.property(number, of: NodeID(rawValue: places[place]))
                            : try graph.property(
                                number, of: RelationshipID(rawValue: places[place])))
                case .known(let known): values.append(known.value(parameters))
                }
            }
        } catch {
            throw QueryError(graphError: error)
        }
        return values
    }
}
