import KithValues
import Testing

@testable import KithGraph

/// Many changes at once, as a part of random histories.
extension RandomHistory {
    /// Values for rows that all have some of the same keys; a row may lack any of them.
    private mutating func table(
        rows: Int, _ writer: GraphWriter
    ) throws -> (table: PropertyTable, properties: [[String: Value]]) {
        let names = Self.keys.filter { _ in random.chance(40) }
        var columns: [(key: PropertyKeyID, name: String)] = []
        for name in names { columns.append((try writer.propertyKey(name), name)) }
        columns.sort { $0.key < $1.key }
        var values: [Value] = []
        var properties: [[String: Value]] = []
        for _ in 0..<rows {
            var own: [String: Value] = [:]
            for column in columns {
                let value = random.chance(20) ? .null : self.value(for: column.name)
                values.append(value)
                own[column.name] = value.isNull ? nil : value
            }
            properties.append(own)
        }
        return (PropertyTable(keys: columns.map(\.key), values: values), properties)
    }

    private mutating func count() -> Int { random.below(random.chance(20) ? 90 : 12) }

    mutating func createNodes(_ writer: GraphWriter) throws {
        let names = Self.labels.filter { _ in random.chance(35) }
        let count = count()
        let (table, properties) = try table(rows: count, writer)
        let ids = try writer.createNodes(
            labels: names.map { try writer.label($0) }, count: count, properties: table)
        #expect(ids.count == count, note)
        for (id, own) in zip(ids, properties) {
            #expect(model.nodes[id] == nil, note)
            model.nodes[id] = GraphModel.Node(labels: Set(names), properties: own)
        }
    }

    mutating func createRelationships(_ writer: GraphWriter, _ nodes: [UInt64]) throws {
        let count = count()
        let type = Self.types[random.below(3)]
        let near = nodes.prefix(random.chance(50) ? 3 : nodes.count)
        let sources = (0..<count).map { _ in near[random.below(near.count)] }
        let targets = (0..<count).map { _ in nodes[random.below(nodes.count)] }
        let (table, properties) = try table(rows: count, writer)
        let ids = try writer.createRelationships(
            type: writer.relationshipType(type), from: sources, to: targets, properties: table)
        #expect(ids.count == count, note)
        for (place, id) in ids.enumerated() {
            #expect(model.relationships[id] == nil, note)
            model.relationships[id] = GraphModel.Relationship(
                type: type, source: sources[place], target: targets[place],
                properties: properties[place])
        }
    }

    mutating func setMany(_ writer: GraphWriter, _ nodes: [UInt64]) throws {
        let name = Self.keys[random.below(6)]
        let ids = (0..<count()).map { _ in nodes[random.below(nodes.count)] }
        let values = ids.map { _ in random.chance(20) ? Value.null : value(for: name) }
        var expected = 0
        for (id, value) in zip(ids, values) {
            let before = model.nodes[id]?.properties[name] ?? .null
            if !GraphWriter.isSame(before, value) { expected += 1 }
            model.nodes[id]?.properties[name] = value.isNull ? nil : value
        }
        let changed = try writer.set(writer.propertyKey(name), ofNodes: ids, to: values)
        #expect(changed == expected, note)
    }
}
