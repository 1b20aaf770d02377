import KithStorage
import KithValues

/// Folds what was changed in the lists of a chunk into their blocks. Blocks that no change falls into stay
/// as they are, so that for a new edge of a node with very many no more is written than for one of a node with
/// few.
///
/// ``make()`` only reads; ``store()`` writes.
struct ListFolding {
    private let writer: GraphWriter
    private let key: AdjacencyKey
    private let chunk: UInt64
    private let stored: StoredLists
    /// All changes, in the order of their edges.
    private let changes: [EdgeChange]
    /// The last block so far, new or left as it is.
    private var last: Place?
    private var rewritten: [Rewritten] = []

    /// Blocks and what takes their place.
    private struct Rewritten {
        var blocks: Range<Int>
        var pieces: [(place: Place, edgeCount: Int, bytes: [UInt8])]
    }

    /// Where a block begins, and its number among those that begin there.
    private struct Place {
        var slot: Int
        var neighbour: UInt64
        var ordinal: UInt32

        init(slot: Int, neighbour: UInt64, ordinal: UInt32) {
            self.slot = slot
            self.neighbour = neighbour
            self.ordinal = ordinal
        }

        init(_ block: StoredLists.Block) {
            self.init(slot: block.slot, neighbour: block.neighbour, ordinal: block.ordinal)
        }

        func isSameStart(as other: Place) -> Bool {
            slot == other.slot && neighbour == other.neighbour
        }

        func isBefore(_ edge: ChunkEdge) -> Bool {
            slot != Int(edge.slot) ? slot < Int(edge.slot) : neighbour < edge.neighbour
        }

        func isAfter(_ edge: ChunkEdge) -> Bool {
            slot != Int(edge.slot) ? slot > Int(edge.slot) : neighbour > edge.neighbour
        }
    }

    /// Blocks that are written anew together, and the changes that fall into them.
    private struct Group {
        var blocks: Range<Int>
        var changes: Range<Int>
        /// How many edges there will be.
        var edgeCount: Int
    }

    /// For the changes that wait to be folded, and new ones.
    init(
        _ writer: GraphWriter, _ key: AdjacencyKey, _ chunk: UInt64, _ new: [EdgeChange]
    ) throws(GraphError) {
        self.writer = writer
        self.key = key
        self.chunk = chunk
        stored = try StoredLists(key, chunk, writer.transaction.reader)
        changes = (stored.changes + new).sorted { ChunkEdge.isBefore($0.edge, $1.edge) }
    }

    /// How many edges are in the blocks that changes fall into, about.
    var touchedEdgeCount: Int { Self.touchedEdgeCount(of: stored.blocks, by: changes) }

    /// How many edges are in those of the blocks that changes, in the order of their edges, fall into, about.
    static func touchedEdgeCount(of blocks: [StoredLists.Block], by changes: [EdgeChange]) -> Int {
        var total = 0
        var block = 0
        var last = -1
        for change in changes where !blocks.isEmpty {
            while block + 1 < blocks.count, Place(blocks[block + 1]).isBefore(change.edge) {
                block += 1
            }
            if block != last { total += blocks[block].edgeCount }
            last = block
        }
        return total
    }

    /// Makes the blocks that change.
    mutating func make() throws(GraphError) {
        let blocks = stored.blocks
        var next = 0
        var begin = 0
        while begin < changes.count {
            // The first one that may have the edge: others between the same two nodes may be in the block
            // before the one that begins with them.
            while next + 1 < blocks.count, Place(blocks[next + 1]).isBefore(changes[begin].edge) {
                last = Place(blocks[next])
                next += 1
            }
            var group = Group(
                blocks: next..<min(next + 1, blocks.count), changes: begin..<begin,
                edgeCount: blocks.isEmpty ? 0 : blocks[next].edgeCount)
            complete(&group)
            while try !make(group) {
                takeNextBlock(&group)
                complete(&group)
            }
            next = group.blocks.upperBound
            begin = group.changes.upperBound
        }
    }

    private func takeNextBlock(_ group: inout Group) {
        let next = group.blocks.upperBound
        group.edgeCount += stored.blocks[next].edgeCount
        group.blocks = group.blocks.lowerBound..<next + 1
    }

    /// Adds the changes that fall into the group's blocks; and blocks, as long as they may share edges
    /// between the same two nodes that change, or there are few edges.
    private func complete(_ group: inout Group) {
        while true {
            let next = group.blocks.upperBound
            let bound = next < stored.blocks.count ? Place(stored.blocks[next]) : nil
            var end = group.changes.upperBound
            while end < changes.count, bound?.isAfter(changes[end].edge) ?? true {
                group.edgeCount += changes[end].isAdded ? 1 : -1
                end += 1
            }
            group.changes = group.changes.lowerBound..<end
            guard let bound else { return }
            let isShared = end < changes.count && !bound.isBefore(changes[end].edge)
            guard isShared || group.edgeCount < edgesPerBlockMax / 4 else { return }
            takeNextBlock(&group)
        }
    }

    private var edgesPerBlockMax: Int { writer.store.options.edgesPerBlockMax }

    /// Makes the group's blocks anew; false, and nothing is done, where the next block must come too.
    private mutating func make(_ group: Group) throws(GraphError) -> Bool {
        let base = try stored.decoded(blocks: group.blocks, writer.transaction.reader)
        let merged = try EdgeArrays.merged(
            base, Array(changes[group.changes]), hasIDs: stored.hasIDs)
        defer { merged.deallocate() }
        let pieces = pieces(merged.count)
        return try merged.withSpan { span throws(GraphError) in
            let places = places(of: pieces, in: span)
            let next = group.blocks.upperBound
            if next < stored.blocks.count, let end = places.last {
                let bound = Place(stored.blocks[next])
                if end.isSameStart(as: bound), end.ordinal >= bound.ordinal { return false }
            }
            var made = Rewritten(blocks: group.blocks, pieces: [])
            for (piece, place) in zip(pieces, places) {
                var bytes: [UInt8] = []
                AdjacencyBlock.append(span.part(piece), to: &bytes)
                made.pieces.append((place, piece.count, bytes))
            }
            rewritten.append(made)
            last = places.last ?? last
            return true
        }
    }

    /// Replaces the blocks that change, and removes the changes that waited.
    func store() throws(GraphError) {
        for part in rewritten {
            var newKeys: Set<[UInt8]> = []
            for (place, edgeCount, bytes) in part.pieces {
                let value = try BlockWriting.value(
                    bytes[...], edgeCount: edgeCount, writer.store.blockInlineLengthMax,
                    writer.transaction)
                let key = storedKey(place)
                newKeys.insert(key)
                try storageCall { () throws(StorageError) in
                    try writer.transaction.put(key, value, in: tree)
                }
            }
            for old in stored.blocks[part.blocks] {
                if let reference = old.reference { writer.oldExtents.append(reference) }
                let key = storedKey(Place(old))
                if newKeys.contains(key) { continue }
                try storageCall { () throws(StorageError) in
                    _ = try writer.transaction.remove(key, in: tree)
                }
            }
        }
        try removeWaiting()
    }

    private var tree: TreeID { KeySpaces.blocks(isIncoming: key.isIncoming) }

    /// So many edges in as few blocks as there can be, of about the same length.
    private func pieces(_ count: Int) -> [Range<Int>] {
        let number = (count + edgesPerBlockMax - 1) / edgesPerBlockMax
        return (0..<number).map { count * $0 / number..<count * ($0 + 1) / number }
    }

    private func places(of pieces: [Range<Int>], in edges: EdgeSpan) -> [Place] {
        var places: [Place] = []
        var before = last
        for piece in pieces {
            var place = Place(
                slot: edges.slot(piece.lowerBound),
                neighbour: edges.neighbours[piece.lowerBound], ordinal: 0)
            if let before, place.isSameStart(as: before) { place.ordinal = before.ordinal + 1 }
            places.append(place)
            before = place
        }
        return places
    }

    private func storedKey(_ place: Place) -> [UInt8] {
        let first = ChunkEdge(
            slot: UInt16(place.slot), neighbour: place.neighbour, relationship: 0)
        return KeySpaces.block(
            type: key.type, chunk: chunk, first: first, ordinal: place.ordinal)
    }

    /// Removes the changes that waited to be folded.
    private func removeWaiting() throws(GraphError) {
        if stored.changes.isEmpty { return }
        func bound(_ chunk: UInt64) -> [UInt8] {
            KeySpaces.recentEdges(
                type: key.type, isIncoming: key.isIncoming,
                node: ChunkID(rawValue: chunk).rawID(slot: 0))
        }
        _ = try storageCall { () throws(StorageError) in
            try writer.transaction.removeAll(
                from: bound(chunk), before: bound(chunk + 1), in: KeySpaces.recentEdges)
        }
    }
}

enum BlockWriting {
    /// The value of a block's entry; a long block is written as an extent.
    static func value(
        _ block: ArraySlice<UInt8>, edgeCount: Int, _ inlineLengthMax: Int,
        _ transaction: WriteTransaction
    ) throws(GraphError) -> [UInt8] {
        var value: [UInt8] = []
        value.appendVarint(edgeCount)
        if block.count <= inlineLengthMax {
            value.append(0)
            value.append(contentsOf: block)
            return value
        }
        value.append(1)
        let reference = try storageCall { () throws(StorageError) in
            try block.withUnsafeBufferPointer { buffer throws(StorageError) in
                try transaction.writeExtent(UnsafeRawBufferPointer(buffer))
            }
        }
        reference.appendEncoded(to: &value)
        return value
    }
}
