import KithGraph
import KithLanguage
import KithValues

/// A plan that finds a few nodes by keys of unique indexes, and once makes or changes something there: no
/// batch, no vector and no operator is needed to run it. Most statements that programs write with are such.
///
/// The plan's steps are the same as ever, and PROFILE runs them; this is what they come to. What it finds
/// and makes has a *place* each, a number from 0.
final class PointWrite: Sendable {
    /// A key of properties: its name, and its number where there was one when the statement was prepared.
    struct Key: Sendable {
        let name: String
        let known: PropertyKeyID?
    }

    struct Property: Sendable {
        let key: Key
        let value: KnownValue
    }

    // Classes, since running a step then counts one reference and not one for each of its parts.

    final class Find: Sendable {
        let index: IndexID
        let key: KnownValue
        let place: Int

        init(_ index: IndexID, key: KnownValue, place: Int) {
            self.index = index
            self.key = key
            self.place = place
        }
    }

    final class NewNode: Sendable {
        let labels: [String]
        /// The labels, where the catalog had all of them when the statement was prepared.
        let known: [LabelID]?
        let properties: [Property]
        let place: Int
        let span: SourceSpan?

        init(
            labels: [String], known: [LabelID]?, properties: [Property], place: Int,
            span: SourceSpan?
        ) {
            self.labels = labels
            self.known = known
            self.properties = properties
            self.place = place
            self.span = span
        }
    }

    final class NewRelationship: Sendable {
        let type: String
        let known: RelationshipTypeID?
        let source: Int
        let target: Int
        let properties: [Property]
        let place: Int
        let span: SourceSpan?

        init(
            type: String, known: RelationshipTypeID?, source: Int, target: Int,
            properties: [Property], place: Int, span: SourceSpan?
        ) {
            self.type = type
            self.known = known
            self.source = source
            self.target = target
            self.properties = properties
            self.place = place
            self.span = span
        }
    }

    /// A property set, or removed by setting it to null.
    final class Change: Sendable {
        let kind: EntityKind
        let place: Int
        let property: Property
        let span: SourceSpan?

        init(_ kind: EntityKind, place: Int, property: Property, span: SourceSpan?) {
            self.kind = kind
            self.place = place
            self.property = property
            self.span = span
        }
    }

    enum Step: Sendable {
        case find(Find)
        case node(NewNode)
        case relationship(NewRelationship)
        case change(Change)
    }

    /// What a column holds.
    enum Column: Sendable {
        case entity(EntityKind, place: Int)
        case property(EntityKind, place: Int, Key)
        case known(KnownValue)
    }

    /// The most nodes and relationships that have a place.
    static let placesMax = 16

    let steps: [Step]
    let columns: [Column]

    init(steps: [Step], columns: [Column]) {
        self.steps = steps
        self.columns = columns
    }

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
                let key = find.key.value(parameters)
                let found: UInt64?
                do {
                    found = try graph.indexLookupUnique(find.index, key: key)
                } catch {
                    throw QueryError(graphError: error)
                }
                guard let found else { return nil }
                places[find.place] = found
            case .node(let node):
                places[node.place] = try make(node, pen, parameters, &changes)
            case .relationship(let relationship):
                places[relationship.place] = try make(
                    relationship, places, pen, parameters, &changes)
            case .change(let change):
                try apply(change, to: places[change.place], pen, parameters, &changes)
            }
        }
        return columns.isEmpty ? [] : try values(places, graph, parameters)
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
