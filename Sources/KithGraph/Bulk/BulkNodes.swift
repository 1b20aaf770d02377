import KithStorage
import KithValues

/// Fills chunks with nodes of one label set.
final class NodeBuilder {
    private unowned let load: BulkLoad
    private let set: UInt32
    let labels: [UInt32]
    private var columns: [UInt32: ChunkBuffer] = [:]
    private var chunk: UInt64?
    private var count = 0
    /// The indexes that the nodes belong into.
    private let indexes: [IndexDefinition]

    init(_ load: BulkLoad, set: UInt32, labels: [UInt32]) {
        self.load = load
        self.set = set
        self.labels = labels
        indexes = load.writer.indexes(.node, labels, covering: nil)
    }

    func append(
        count rows: Int, keys: [UInt32], batch: [BulkColumn], ids: inout [UInt64]
    ) throws(GraphError) {
        var start = 0
        while start < rows {
            let chunk = chunk ?? load.newChunk(.node, 0)
            self.chunk = chunk
            let taken = min(rows - start, GraphLimits.slotsPerChunk - count)
            for (position, key) in keys.enumerated() {
                let buffer = columns[key] ?? ChunkBuffer()
                columns[key] = buffer
                buffer.pad(to: count)
                buffer.append(batch[position], from: start, count: taken)
            }
            let first = ChunkID(rawValue: chunk).rawID(slot: count)
            for row in 0..<taken { ids.append(first + UInt64(row)) }
            for index in indexes {
                try load.addEntries(index, keys, batch, rows: start..<start + taken, first: first)
            }
            count += taken
            start += taken
            if count == GraphLimits.slotsPerChunk { try finishChunk() }
        }
        load.writer.owned.count(.nodes(set: set), by: rows)
    }

    /// Stores the chunk being filled; what follows goes to a new one.
    func finishChunk() throws(GraphError) {
        guard let chunk, count > 0 else { return }
        var descriptor = ChunkDescriptor()
        descriptor.slotCount = count
        descriptor.alive = SlotSet(firstSlots: count)
        descriptor.labelSets = [set]
        for key in columns.keys.sorted() {
            guard let buffer = columns[key] else { continue }
            buffer.pad(to: count)
            if let encoded = try SegmentEncoder.encode(buffer.finish(), alive: descriptor.alive) {
                descriptor.segments.append(
                    try SegmentWriting.store(encoded, key, load.writer.transaction))
            }
            buffer.removeAll()
        }
        try load.storeChunk(
            .node, chunk, descriptor,
            members: labels.map { GraphTables.MemberKey(kind: .node, token: $0) })
        if count < GraphLimits.slotsPerChunk {
            try load.writer.homes.open(.node, set, chunk, load.writer.reader.storage)
        }
        self.chunk = nil
        count = 0
    }
}

/// Nodes being loaded that share labels and properties.
public final class BulkNodeTable {
    private let load: BulkLoad
    private let builder: NodeBuilder
    private let keys: [UInt32]

    init(_ load: BulkLoad, _ builder: NodeBuilder, keys: [UInt32]) {
        self.load = load
        self.builder = builder
        self.keys = keys
    }

    /// Loads a batch of `count` rows, a column a property, and appends the raw id of each row's node
    /// to `ids`.
    public func append(
        count: Int, columns: [BulkColumn], ids: inout [UInt64]
    ) throws(GraphError) {
        precondition(columns.count == keys.count, "a batch has a column for each property")
        try load.checkIsOpenForNodes()
        for column in columns { try column.checkStorable() }
        try builder.append(count: count, keys: keys, batch: columns, ids: &ids)
    }
}
