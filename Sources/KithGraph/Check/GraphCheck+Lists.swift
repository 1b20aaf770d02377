import KithStorage
import KithValues

extension GraphCheck {
    /// Verifies the lists of one type: outgoing edges against relationships, incoming against
    /// outgoing.
    mutating func checkLists(_ type: UInt32) {
        let limit = reader.nodeChunkCount
        var sums = (outgoing: EdgeSum(), incoming: EdgeSum(), relationships: EdgeSum())
        for isIncoming in [false, true] {
            let key = AdjacencyKey(type: type, isIncoming: isIncoming)
            attempt("lists of type \(type)") { check throws(GraphError) in
                try check.checkListKeys(key)
            }
            for chunk in 0..<limit {
                attempt("lists of type \(type), chunk \(chunk)") { check throws(GraphError) in
                    let edges = try StoredLists(key, chunk, check.reader.storage)
                    var order = EdgeOrder()
                    try edges.forEachEdge(check.reader.storage) { edge throws(GraphError) in
                        let node = ChunkID(rawValue: chunk).rawID(slot: Int(edge.slot))
                        if isIncoming {
                            sums.incoming.add(edge.neighbour, node)
                        } else {
                            sums.outgoing.add(node, edge.neighbour)
                            try check.checkEdge(type, node, edge)
                        }
                        order.note(edge)
                    }
                    if !order.isKept {
                        check.report(
                            "the lists of type \(type) of chunk \(chunk) are out of order")
                    }
                }
            }
        }
        attempt("relationships of type \(type)") { check throws(GraphError) in
            try check.sumRelationships(type, &sums.relationships)
        }
        if sums.outgoing != sums.incoming {
            report("outgoing and incoming lists of type \(type) do not hold the same edges")
        }
        if sums.outgoing != sums.relationships {
            report("the lists of type \(type) do not hold the same edges as its relationships")
        }
    }

    private mutating func checkEdge(
        _ type: UInt32, _ node: UInt64, _ edge: ChunkEdge
    ) throws(GraphError) {
        let record = try reader.record(of: RelationshipID(rawValue: edge.relationship))
        guard let record, record.type.rawValue == type, record.source == node,
            record.target == edge.neighbour
        else {
            report(
                "an edge from node \(node) to node \(edge.neighbour) names relationship "
                    + "\(edge.relationship), which is another one or none")
            return
        }
        guard let source = try reader.labelSet(of: node),
            let target = try reader.labelSet(of: edge.neighbour)
        else {
            report("relationship \(edge.relationship) has an end that is not there")
            return
        }
        statistics.count(relationships: 1, type: type, source: source, target: target)
    }

    private mutating func sumRelationships(
        _ type: UInt32, _ sum: inout EdgeSum
    ) throws(GraphError) {
        for chunk in try reader.relationshipChunks(type: RelationshipTypeID(rawValue: type)) {
            if try reader.type(ofRelationshipChunk: chunk).rawValue != type {
                report("relationship chunk \(chunk.rawValue) is a member of a type it has not")
                continue
            }
            let slots = try reader.slots(inRelationshipChunk: chunk)
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                let id = RelationshipID(rawValue: chunk.rawID(slot: slot))
                if let record = try reader.record(of: id) { sum.add(record.source, record.target) }
            }
        }
    }

    /// No list may belong to a chunk that is not there.
    private mutating func checkListKeys(_ key: AdjacencyKey) throws(GraphError) {
        let cursor = reader.storage.cursor(in: KeySpaces.blocks(isIncoming: key.isIncoming))
        let end = KeySpaces.adjacency(type: key.type, chunk: .max)
        let isFound = try storageCall { () throws(StorageError) in
            try cursor.seek(atOrBefore: end)
        }
        guard isFound, cursor.key.count >= 12, cursor.key.bigEndianUInt32(at: 0) == key.type else {
            return
        }
        if cursor.key.bigEndianUInt64(at: 4) >= reader.nodeChunkCount {
            report("there are lists of type \(key.type) past the last chunk of nodes")
        }
    }
}

/// Whether edges come in the order of lists.
private struct EdgeOrder {
    private(set) var isKept = true
    private var last: ChunkEdge?

    mutating func note(_ edge: ChunkEdge) {
        if let last, ChunkEdge.isBefore(edge, last) { isKept = false }
        last = edge
    }
}

/// A sum over edges that does not depend on their order.
struct EdgeSum: Equatable {
    private var count = 0
    private var sum: UInt64 = 0
    private var mixed: UInt64 = 0

    mutating func add(_ source: UInt64, _ target: UInt64) {
        let hash = KeyHash.hash(KeyHash.hash(source) &+ target)
        count += 1
        sum &+= hash
        mixed ^= KeyHash.hash(hash)
    }
}
