import KithStorage
import KithValues

/// Writes the sorted relationships of one type: chunks of columns, outgoing blocks and incoming
/// blocks.
///
/// All edges that fit in memory are one batch; more come in several, each after the one before. What
/// a batch becomes is made in units by all threads (`RelationshipEmitter+Units`) and stored in order.
final class RelationshipEmitter {
    unowned let load: BulkLoad
    let type: UInt32
    private let report: (Int) -> Void
    let indexes: [IndexDefinition]
    private let sets: LabelSetLookup
    private var outgoing: EdgeDirection
    private var incoming: EdgeDirection
    private var done = 0

    /// The edges of a batch where not all fit in memory: whole chunks of relationships.
    static let batchEdgeCount = GraphLimits.slotsPerChunk * 256

    /// One of the two ways that edges are listed.
    struct EdgeDirection {
        let key: AdjacencyKey
        /// Merges with what was there before; nil if there was nothing.
        let merging: ListBuilder?
        var cutter: BlockCutter
    }

    init(
        _ load: BulkLoad, type: UInt32, _ report: @escaping (Int) -> Void
    ) throws(GraphError) {
        self.load = load
        self.type = type
        self.report = report
        indexes = load.writer.indexes(.relationship, [type], covering: nil)
        sets = try LabelSetLookup(load.reader)
        outgoing = try Self.direction(load, AdjacencyKey(type: type, isIncoming: false))
        incoming = try Self.direction(load, AdjacencyKey(type: type, isIncoming: true))
    }

    private static func direction(
        _ load: BulkLoad, _ key: AdjacencyKey
    ) throws(GraphError) -> EdgeDirection {
        let hadEdges = try ListBuilder.hasEdges(key, load.reader.storage)
        return EdgeDirection(
            key: key, merging: hadEdges ? try ListBuilder(load, key) : nil,
            cutter: BlockCutter(edgesPerBlockMax: load.writer.store.options.edgesPerBlockMax))
    }

    /// Writes everything that a sorter has.
    func emit(_ sorter: RelationshipSorter) throws(GraphError) {
        if sorter.isInMemory {
            let (forward, backward) = sorter.sortBothWays(threadCount: load.threads)
            let columns = sorter.takeColumns()
            try emit(forward, columns, backward)
        } else {
            try emitRuns(of: sorter)
        }
        try outgoing.merging?.finish()
        try incoming.merging?.finish()
        load.writer.owned.count(relationshipsOf: type, sets)
    }

    private func emitRuns(of sorter: RelationshipSorter) throws(GraphError) {
        let ends = RelationshipSorter(type: type, temporaryDirectory: load.temporaryDirectory)
        let merge = try sorter.mergedRuns()
        while let batch = try merge.next(atMost: Self.batchEdgeCount) {
            let edges = batch.edges
            ends.append(ends: edges)
            if ends.sizeInBytes + ends.sortingSizeInBytes > load.budgetInBytes / 2 {
                try ends.spill()
            }
            try emit(edges, batch.columns, nil)
        }
        sorter.removeAll()
        guard !ends.isInMemory else {
            try emitLists(ends.sorted(), [])
            return
        }
        let backward = try ends.mergedRuns()
        while let batch = try backward.next(atMost: Self.batchEdgeCount) {
            try emitLists(batch.edges, [])
        }
    }

    /// Writes a batch: its columns and outgoing lists, and the incoming lists if they are given.
    private func emit(
        _ edges: SortedEdges, _ columns: [(key: UInt32, column: LoadedColumn)],
        _ backward: SortedEdges?
    ) throws(GraphError) {
        guard edges.count > 0 else { return }
        try sets.count(type, edges)
        let chunks = load.newRelationshipChunks(
            (edges.count + GraphLimits.slotsPerChunk - 1) / GraphLimits.slotsPerChunk, type)
        var units = chunkUnits(edges, columns, chunks)
        let firstID = ChunkID(rawValue: chunks.lowerBound).rawID(slot: 0)
        if let merging = outgoing.merging {
            try merge(edges, firstID: firstID, into: merging)
        } else {
            units += listUnits(edges, firstID: firstID, &outgoing)
        }
        if let backward {
            try emitLists(backward, units)
        } else {
            try make(units)
        }
        done += edges.count
        report(done)
    }

    /// Writes the incoming lists of a batch, with other units before them.
    private func emitLists(_ edges: SortedEdges, _ before: [Unit]) throws(GraphError) {
        if let merging = incoming.merging {
            try make(before)
            try merge(edges, firstID: nil, into: merging)
        } else {
            try make(before + listUnits(edges, firstID: nil, &incoming))
        }
    }

    private func merge(
        _ edges: SortedEdges, firstID: UInt64?, into lists: ListBuilder
    ) throws(GraphError) {
        for edge in 0..<edges.count {
            let id = firstID.map { $0 + UInt64(edge) } ?? 0
            try lists.append(edges.first(edge), edges.second(edge), id)
        }
    }
}

extension LabelSetLookup {
    /// Counts edges, at once where all of their ends have the same label set.
    func count(_ type: UInt32, _ edges: SortedEdges) throws(GraphError) {
        if let source = uniformSet(edges.first(0), edges.first(edges.count - 1)),
            let target = uniformSet(edges.secondLow, edges.secondHigh)
        {
            count(edges.count, source, target)
            return
        }
        for edge in 0..<edges.count { try count(type, edges.first(edge), edges.second(edge)) }
    }
}
