import KithValues

@testable import KithGraph

/// The engine's whole graph, read without its query layer.
struct GraphSnapshot {
    var graph = ModelGraph()

    init(_ reader: GraphReader) throws {
        let catalog = reader.catalog
        for chunk in try reader.nodeChunks(label: nil) {
            for slot in try reader.slots(inNodeChunk: chunk, labels: []).members {
                let id = NodeID(rawValue: chunk.rawID(slot: slot))
                let labels = try reader.labels(of: id).map { catalog.name(of: $0) }
                var properties: [String: Value] = [:]
                for (key, value) in try reader.properties(of: id) {
                    properties[catalog.name(of: key)] = value
                }
                graph.nodes.append(
                    ModelNode(id: id.rawValue, labels: Set(labels), properties: properties))
            }
        }
        for chunk in try reader.relationshipChunks(type: nil) {
            for slot in try reader.slots(inRelationshipChunk: chunk).members {
                let id = RelationshipID(rawValue: chunk.rawID(slot: slot))
                guard let record = try reader.record(of: id) else { continue }
                var properties: [String: Value] = [:]
                for (key, value) in try reader.properties(of: id) {
                    properties[catalog.name(of: key)] = value
                }
                graph.relationships.append(
                    ModelRelationship(
                        id: id.rawValue, type: catalog.name(of: record.type),
                        source: record.source, target: record.target, properties: properties))
            }
        }
    }
}

extension SlotSet {
    /// The slots of the set.
    fileprivate var members: [Int] {
        var result: [Int] = []
        for index in 0..<Self.wordCount {
            var word = self[word: index]
            while word != 0 {
                result.append(index * 64 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
        return result
    }
}
