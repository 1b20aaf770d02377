import KithValues
import Testing

@testable import KithGraph

/// Compares everything that a view says with a model.
struct GraphComparison {
    let reader: GraphReader
    let model: GraphModel
    let note: Comment

    func check() throws {
        try checkNodes()
        try checkRelationships()
        try checkLists()
        try checkCounts()
        try checkIndexes()
    }

    private func checkNodes() throws {
        let catalog = reader.catalog
        var found: Set<UInt64> = []
        for chunk in try reader.nodeChunks(label: nil) {
            let slots = try reader.slots(inNodeChunk: chunk, labels: [])
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                found.insert(chunk.rawID(slot: slot))
            }
        }
        #expect(found == Set(model.nodes.keys), note)
        for (id, node) in model.nodes {
            let nodeID = NodeID(rawValue: id)
            let labels = Set(try reader.labels(of: nodeID).map { catalog.name(of: $0) })
            #expect(labels == node.labels, note)
            let properties = try reader.properties(of: nodeID)
            #expect(
                Set(properties.map { catalog.name(of: $0.key) }) == Set(node.properties.keys), note)
            for (key, value) in properties {
                let expected = node.properties[catalog.name(of: key)] ?? .null
                #expect(stored(value) == stored(expected), note)
                #expect(stored(try reader.property(key, of: nodeID)) == stored(expected), note)
                let column = try reader.column(key, inNodeChunk: ChunkID(containing: id))
                let slot = Int(id & 2047)
                #expect(stored(column.value(at: slot)) == stored(expected), note)
            }
        }
        for (number, name) in catalog.labelNames.enumerated() {
            let label = LabelID(rawValue: UInt32(number))
            var members: Set<UInt64> = []
            for chunk in try reader.nodeChunks(label: label) {
                let slots = try reader.slots(inNodeChunk: chunk, labels: [label])
                for slot in 0..<2048 where slots.contains(slot) {
                    members.insert(chunk.rawID(slot: slot))
                }
            }
            let expected = model.nodes.filter { $0.value.labels.contains(name) }.map(\.key)
            #expect(members == Set(expected), note)
        }
    }

    private func checkRelationships() throws {
        let catalog = reader.catalog
        var found: Set<UInt64> = []
        for chunk in try reader.relationshipChunks(type: nil) {
            let slots = try reader.slots(inRelationshipChunk: chunk)
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                found.insert(chunk.rawID(slot: slot))
            }
        }
        #expect(found == Set(model.relationships.keys), note)
        for (id, relationship) in model.relationships {
            let relationshipID = RelationshipID(rawValue: id)
            let record = try reader.record(of: relationshipID)
            #expect(record.map { catalog.name(of: $0.type) } == relationship.type, note)
            #expect(record?.source == relationship.source, note)
            #expect(record?.target == relationship.target, note)
            let properties = try reader.properties(of: relationshipID)
            #expect(properties.count == relationship.properties.count, note)
            for (key, value) in properties {
                let expected = relationship.properties[catalog.name(of: key)] ?? .null
                #expect(stored(value) == stored(expected), note)
            }
        }
    }

    private func edges(
        _ direction: Direction, wantsRelationships: Bool, capacity: Int
    ) throws -> [UInt64: [(UInt64, UInt64)]] {
        let sources = model.nodes.keys.sorted()
        let expansion = Expansion(capacity: capacity)
        var result: [UInt64: [(UInt64, UInt64)]] = [:]
        expansion.begin()
        var isDone = false
        while !isDone {
            isDone = try sources.withUnsafeBufferPointer { buffer throws(GraphError) in
                try reader.expand(
                    buffer, types: [], direction: direction,
                    wantsRelationships: wantsRelationships, into: expansion)
            }
            for index in 0..<expansion.count {
                result[sources[Int(expansion.sourceIndexes[index])], default: []].append(
                    (
                        expansion.neighbours[index],
                        wantsRelationships ? expansion.relationships[index] : 0
                    ))
            }
        }
        return result
    }

    private func checkLists() throws {
        for direction in [Direction.outgoing, .incoming, .both] {
            var expected: [UInt64: [(UInt64, UInt64)]] = [:]
            for (id, relationship) in model.relationships {
                if direction != .incoming {
                    expected[relationship.source, default: []].append((relationship.target, id))
                }
                if direction == .incoming
                    || (direction == .both && relationship.source != relationship.target)
                {
                    expected[relationship.target, default: []].append((relationship.source, id))
                }
            }
            let withIDs = try edges(direction, wantsRelationships: true, capacity: 7)
            let without = try edges(direction, wantsRelationships: false, capacity: 2048)
            for node in model.nodes.keys {
                let wanted = (expected[node] ?? []).sorted { $0 < $1 }
                let got = (withIDs[node] ?? []).sorted { $0 < $1 }
                #expect(got.map(\.0) == wanted.map(\.0), note)
                #expect(got.map(\.1) == wanted.map(\.1), note)
                #expect((without[node] ?? []).map(\.0).sorted() == wanted.map(\.0), note)
                #expect(
                    try reader.degree(of: node, types: [], direction: direction) == wanted.count,
                    note)
            }
        }
    }

    private func checkCounts() throws {
        let catalog = reader.catalog
        #expect(reader.nodeCount == model.nodes.count, note)
        #expect(reader.relationshipCount == model.relationships.count, note)
        for (number, name) in catalog.labelNames.enumerated() {
            let label = LabelID(rawValue: UInt32(number))
            let expected = model.nodes.values.count { $0.labels.contains(name) }
            #expect(reader.nodeCount(label: label) == expected, note)
            for (typeNumber, typeName) in catalog.relationshipTypeNames.enumerated() {
                let type = RelationshipTypeID(rawValue: UInt32(typeNumber))
                let from = model.relationships.values.count {
                    $0.type == typeName && model.nodes[$0.source]?.labels.contains(name) == true
                }
                #expect(reader.relationshipCount(type: type, from: label, to: nil) == from, note)
                let to = model.relationships.values.count {
                    $0.type == typeName && model.nodes[$0.target]?.labels.contains(name) == true
                }
                #expect(reader.relationshipCount(type: type, from: nil, to: label) == to, note)
            }
        }
    }

    private func checkIndexes() throws {
        let catalog = reader.catalog
        for index in catalog.indexes {
            var ids: [UInt64] = []
            let cursor = try reader.indexCursor(index.id, bounds: .all)
            var batch: [UInt64] = []
            repeat {
                try cursor.next(into: &batch, limit: 5)
                ids.append(contentsOf: batch)
            } while !batch.isEmpty
            let keys = index.properties.map { catalog.name(of: $0) }
            var expected: [UInt64] = []
            if index.entity == .node {
                let label = catalog.name(of: LabelID(rawValue: index.token))
                expected = model.nodes.filter { _, node in
                    node.labels.contains(label) && keys.allSatisfy { node.properties[$0] != nil }
                }.map(\.key)
            } else {
                let type = catalog.name(of: RelationshipTypeID(rawValue: index.token))
                expected = model.relationships.filter { _, relationship in
                    relationship.type == type
                        && keys.allSatisfy { relationship.properties[$0] != nil }
                }.map(\.key)
            }
            #expect(ids.sorted() == expected.sorted(), note)
            for id in expected.prefix(20) {
                guard let first = keys.first else { continue }
                let properties =
                    index.entity == .node
                    ? model.nodes[id]?.properties : model.relationships[id]?.properties
                var found: [UInt64] = []
                let value = properties?[first] ?? .null
                if case .float(let number) = value, number.isNaN { continue }
                try reader.indexLookup(index.id, key: value, into: &found)
                #expect(found.contains(id), note)
            }
        }
    }
}
