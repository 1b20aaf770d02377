import KithValues

/// Whose values statistics are about: of one property, on the nodes with a label or on the relationships
/// of a type; nil stands for all.
struct SampledProperty: Hashable, Sendable {
    let kind: EntityKind
    let token: UInt32?
    let key: UInt32
}

/// Statistics of properties: sampled when they are first asked for, and again when much has changed.
extension GraphReader {
    /// What is known of a property of the nodes with a label; nil stands for all nodes.
    ///
    /// Reads at most 64 chunks spread over the label, 4,096 nodes in all (fewer where memory is scarce), unless it is known from an
    /// earlier call; the same graph always gives the same sample.
    public func propertyStatistics(
        of key: PropertyKeyID, label: LabelID?
    ) throws(GraphError) -> PropertyStatistics {
        let rows = label.map { nodeCount(label: $0) } ?? nodeCount
        let sampled = SampledProperty(kind: .node, token: label?.rawValue, key: key.rawValue)
        return try remembered(sampled, \.properties, rows: rows) { () throws(GraphError) in
            let chunks = try nodeChunks(label: label)
            let values = try sample(key, .node, label.map { [$0] } ?? [], chunks)
            return PropertyStatistics(sample: values, rowCount: rows)
        }
    }

    /// What is known of a property of the relationships of a type; nil stands for all.
    public func propertyStatistics(
        of key: PropertyKeyID, type: RelationshipTypeID?
    ) throws(GraphError) -> PropertyStatistics {
        let rows = type.map { relationshipCount(type: $0) } ?? relationshipCount
        let sampled = SampledProperty(
            kind: .relationship, token: type?.rawValue, key: key.rawValue)
        return try remembered(sampled, \.properties, rows: rows) { () throws(GraphError) in
            let chunks = try relationshipChunks(type: type)
            let values = try sample(key, .relationship, [], chunks)
            return PropertyStatistics(sample: values, rowCount: rows)
        }
    }

    /// The most chunks of which something is read.
    private static let chunksMax = 64
    /// The most rows that are read: one for so much of the budget for what is decoded.
    private static let rowsBounds = 512...4_096
    private static let budgetPerRowInBytes = 2_048

    private var rowsMax: Int {
        let rows = decodedBudgetInBytes / Self.budgetPerRowInBytes
        return min(max(rows, Self.rowsBounds.lowerBound), Self.rowsBounds.upperBound)
    }

    /// Values of chunks and slots that are evenly spaced, nulls among them.
    private func sample(
        _ key: PropertyKeyID, _ kind: EntityKind, _ labels: [LabelID], _ chunks: [ChunkID]
    ) throws(GraphError) -> [Value] {
        let chunkCount = min(chunks.count, Self.chunksMax)
        let rowsMax = rowsMax
        var values: [Value] = []
        for number in 0..<chunkCount {
            let chunk = chunks[number * chunks.count / chunkCount]
            let slots =
                kind == .node
                ? try slots(inNodeChunk: chunk, labels: labels)
                : try slots(inRelationshipChunk: chunk)
            let ids = slots.ids(of: chunk)
            let taken = min(ids.count, rowsMax / chunkCount)
            for index in 0..<taken {
                values.append(try property(key.rawValue, kind, ids[index * ids.count / taken]))
            }
        }
        return values
    }
}
