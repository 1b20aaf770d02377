import KithStorage
import KithValues

/// Writes the sorted relationships of one type: chunks of columns, outgoing blocks, and, sorted once
/// more, incoming blocks.
final class RelationshipEmitter {
    private unowned let load: BulkLoad
    private let type: UInt32
    private let report: (Int) -> Void
    private let indexes: [IndexDefinition]
    private var chunk: UInt64?
    private var chunkCount = 0
    private var columns: [UInt32: ChunkBuffer] = [:]
    private let sources: UnsafeMutablePointer<UInt64>
    private let targets: UnsafeMutablePointer<UInt64>
    private let outgoing: ListBuilder
    /// The ends of everything, to be sorted the other way; nil if a thread of its own does that.
    private var incoming: RelationshipSorter?
    private let sets: LabelSetLookup
    private var done = 0

    init(
        _ load: BulkLoad, type: UInt32, _ report: @escaping (Int) -> Void
    ) throws(GraphError) {
        self.load = load
        self.type = type
        self.report = report
        indexes = load.writer.indexes(.relationship, [type], covering: nil)
        outgoing = try ListBuilder(load, AdjacencyKey(type: type, isIncoming: false))
        sets = try LabelSetLookup(load.reader)
        sources = .allocate(capacity: GraphLimits.slotsPerChunk)
        targets = .allocate(capacity: GraphLimits.slotsPerChunk)
    }

    deinit {
        sources.deallocate()
        targets.deallocate()
    }

    /// Writes everything that a sorter has; where memory allows, two threads share the work.
    func emit(_ sorter: RelationshipSorter) throws(GraphError) {
        let key = AdjacencyKey(type: type, isIncoming: true)
        let hadEdges = try ListBuilder.hasEdges(key, load.reader.storage)
        guard load.threads > 1, sorter.isInMemory, !hadEdges else {
            incoming = RelationshipSorter(type: type, temporaryDirectory: load.temporaryDirectory)
            try sorter.drain(into: self)
            try finishOutgoing()
            try writeIncoming(key)
            return
        }
        let made = IncomingBlocks()
        let blockSize = load.writer.store.options.edgesPerBlockMax
        let ends = sorter.ends
        let worker = BackgroundThread {
            ends.sources.withUnsafeBufferPointer { from in
                ends.targets.withUnsafeBufferPointer { to in
                    made.make(sources: from, targets: to, blockSize: blockSize)
                }
            }
        }
        var failure: GraphError?
        do throws(GraphError) {
            try sorter.drain(into: self)
            try finishOutgoing()
        } catch {
            failure = error
        }
        worker.join()
        if let failure { throw failure }
        for block in made.blocks {
            try load.storeBlock(
                made.bytes[block.bytes], edgeCount: block.edgeCount, key, block.chunk,
                slot: block.slot, neighbour: block.neighbour, ordinal: block.ordinal)
        }
    }

    /// The most rows that the next call may bring.
    var room: Int { GraphLimits.slotsPerChunk - chunkCount }

    /// Takes rows of some columns, in order.
    func append(
        _ rows: UnsafeBufferPointer<UInt32>, _ from: UnsafeBufferPointer<UInt64>,
        _ to: UnsafeBufferPointer<UInt64>, _ keys: [UInt32], _ batch: [LoadedColumn]
    ) throws(GraphError) {
        let chunk = chunk ?? load.newChunk(.relationship, type)
        self.chunk = chunk
        let first = ChunkID(rawValue: chunk).rawID(slot: chunkCount)
        for (position, key) in keys.enumerated() {
            let buffer = columns[key] ?? ChunkBuffer()
            columns[key] = buffer
            buffer.pad(to: chunkCount)
            buffer.append(batch[position], rows: rows)
        }
        var id = first
        var place = chunkCount
        for row in rows {
            let source = from[Int(row)]
            let target = to[Int(row)]
            sources[place] = source
            targets[place] = target
            try sets.count(type, source, target)
            try outgoing.append(source, target, id)
            id &+= 1
            place &+= 1
        }
        for index in indexes { try addEntries(index, rows, keys, batch, first) }
        chunkCount += rows.count
        done += rows.count
        if chunkCount == GraphLimits.slotsPerChunk { try finishChunk() }
    }

    private func addEntries(
        _ index: IndexDefinition, _ rows: UnsafeBufferPointer<UInt32>, _ keys: [UInt32],
        _ batch: [LoadedColumn], _ first: UInt64
    ) throws(GraphError) {
        var wanted: [LoadedColumn] = []
        for property in index.properties {
            guard let position = keys.firstIndex(of: property.rawValue) else { return }
            wanted.append(batch[position])
        }
        let sorter = load.indexSorter(index)
        next: for (offset, row) in rows.enumerated() {
            var ordered: [UInt8] = []
            for column in wanted {
                let value = column.value(at: Int(row))
                guard !value.isNull, value.appendOrderedKey(to: &ordered) else { continue next }
            }
            try load.addEntry(index, sorter, ordered, first + UInt64(offset))
        }
    }

    private func finishChunk() throws(GraphError) {
        guard let chunk, chunkCount > 0 else { return }
        var descriptor = ChunkDescriptor()
        descriptor.slotCount = chunkCount
        descriptor.alive = SlotSet(firstSlots: chunkCount)
        descriptor.type = type
        for key in columns.keys.sorted() {
            guard let buffer = columns[key] else { continue }
            buffer.pad(to: chunkCount)
            try store(buffer.finish(), key, into: &descriptor)
            buffer.removeAll()
        }
        // Sources ascend here, so that the first and the last of them say where the ends are found.
        let firstChunk = sources[0] &>> UInt64(GraphLimits.slotBits)
        let lastChunk = sources[chunkCount - 1] &>> UInt64(GraphLimits.slotBits)
        if lastChunk - firstChunk < UInt64(ChunkDescriptor.sourceChunksMax) {
            descriptor.sourceChunks = firstChunk..<lastChunk + 1
        } else {
            try store(column(sources), SegmentEntry.sourceKey, into: &descriptor)
            try store(column(targets), SegmentEntry.targetKey, into: &descriptor)
        }
        try load.storeChunk(
            .relationship, chunk, descriptor,
            members: [GraphTables.MemberKey(kind: .relationship, token: type)])
        if chunkCount < GraphLimits.slotsPerChunk {
            try load.writer.homes.open(.relationship, type, chunk, load.reader.storage)
        }
        if let incoming {
            incoming.append(
                sources: Array(UnsafeBufferPointer(start: targets, count: chunkCount)),
                targets: Array(UnsafeBufferPointer(start: sources, count: chunkCount)),
                keys: [], batch: [])
            if incoming.rowsInMemory * 56 > load.budgetInBytes / 2 { try incoming.spill() }
        }
        self.chunk = nil
        chunkCount = 0
        report(done)
    }

    private func store(
        _ column: Column, _ key: UInt32, into descriptor: inout ChunkDescriptor
    ) throws(GraphError) {
        guard let encoded = try SegmentEncoder.encode(column, alive: descriptor.alive) else {
            return
        }
        descriptor.segments.append(
            try SegmentWriting.store(encoded, key, load.writer.transaction))
    }

    private func column(_ ids: UnsafePointer<UInt64>) -> Column {
        let draft = ColumnDraft(.integer, count: chunkCount, hasValidity: false)
        UnsafeMutableRawPointer(draft.integers).copyMemory(from: ids, byteCount: chunkCount * 8)
        return draft.finish()
    }

    /// Stores the last chunk and the last outgoing lists.
    private func finishOutgoing() throws(GraphError) {
        try finishChunk()
        try outgoing.finish()
        load.writer.owned.statistics.count(relationshipsOf: type, sets)
    }

    private func writeIncoming(_ key: AdjacencyKey) throws(GraphError) {
        let lists = try ListBuilder(load, key)
        try incoming?.drainEnds { node, neighbour throws(GraphError) in
            try lists.append(node, neighbour, 0)
        }
        try lists.finish()
        incoming = nil
    }
}
