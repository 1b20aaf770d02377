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
    private var sources: [UInt64] = []
    private var targets: [UInt64] = []
    private var outgoing: ListBuilder
    private let incoming: RelationshipSorter
    private let sets: LabelSetLookup
    private var done = 0

    init(
        _ load: BulkLoad, type: UInt32, count: Int, _ report: @escaping (Int) -> Void
    ) throws(GraphError) {
        self.load = load
        self.type = type
        self.report = report
        indexes = load.writer.indexes(.relationship, [type], covering: nil)
        outgoing = try ListBuilder(load, AdjacencyKey(type: type, isIncoming: false))
        incoming = RelationshipSorter(type: type, temporaryDirectory: load.temporaryDirectory)
        sets = try LabelSetLookup(load.reader)
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
        for row in rows {
            let source = from[Int(row)]
            let target = to[Int(row)]
            sources.append(source)
            targets.append(target)
            try sets.count(type, source, target)
            try outgoing.append(source, target, id)
            id += 1
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
        let sorter = load.keySorter(index)
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
        try store(Self.column(sources), SegmentEntry.sourceKey, into: &descriptor)
        try store(Self.column(targets), SegmentEntry.targetKey, into: &descriptor)
        try load.storeChunk(
            .relationship, chunk, descriptor,
            members: [GraphTables.MemberKey(kind: .relationship, token: type)])
        if chunkCount < GraphLimits.slotsPerChunk {
            try load.writer.homes.open(.relationship, type, chunk, load.reader.storage)
        }
        incoming.append(sources: targets, targets: sources, keys: [], batch: [])
        if incoming.sizeInBytes > load.budgetInBytes / 3 { try incoming.spill() }
        sources.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
        self.chunk = nil
        chunkCount = 0
        report(done)
    }

    private func store(
        _ column: Column, _ key: UInt32, into descriptor: inout ChunkDescriptor
    ) throws(GraphError) {
        guard let encoded = SegmentEncoder.encode(column, alive: descriptor.alive) else { return }
        descriptor.segments.append(
            try SegmentWriting.store(encoded, key, load.writer.transaction))
    }

    private static func column(_ ids: [UInt64]) -> Column {
        let draft = ColumnDraft(.integer, count: ids.count, hasValidity: false)
        ids.withUnsafeBytes { source in
            if let base = source.baseAddress {
                UnsafeMutableRawPointer(draft.integers).copyMemory(
                    from: base, byteCount: source.count)
            }
        }
        return draft.finish()
    }

    /// Stores the last chunk and all incoming lists.
    func finish() throws(GraphError) {
        try finishChunk()
        try outgoing.finish()
        load.writer.owned.statistics.count(relationshipsOf: type, sets)
        let lists = try ListBuilder(load, AdjacencyKey(type: type, isIncoming: true))
        try incoming.drainEnds { node, neighbour throws(GraphError) in
            try lists.append(node, neighbour, 0)
        }
        try lists.finish()
    }
}
