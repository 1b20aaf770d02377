import KithStorage
import KithValues

extension RelationshipEmitter {
    /// A part of a batch that one thread makes: chunks of columns, or blocks of lists.
    enum Unit {
        case chunks(
            SortedEdges, [(key: UInt32, column: LoadedColumn)], Range<UInt64>, first: UInt64)
        case blocks(SortedEdges, AdjacencyKey, ArraySlice<BlockCut>, firstID: UInt64?)
    }

    /// What a unit becomes.
    private enum MadeUnit {
        case chunks([MadeChunk])
        case blocks(AdjacencyKey, [MadeBlock], [UInt8])
    }

    private struct MadeChunk {
        var chunk: UInt64
        var edges: Range<Int>
        var descriptor: ChunkDescriptor
        var segments: [(key: UInt32, segment: EncodedSegment)]
        var source: SortedEdges
        var columns: [(key: UInt32, column: LoadedColumn)]
    }

    private struct MadeBlock {
        var cut: BlockCut
        var slot: Int
        var neighbour: UInt64
        var bytes: Range<Int>
    }

    private static let chunksPerUnit: UInt64 = 8
    private static let blocksPerUnit = 8

    func chunkUnits(
        _ edges: SortedEdges, _ columns: [(key: UInt32, column: LoadedColumn)],
        _ chunks: Range<UInt64>
    ) -> [Unit] {
        stride(from: chunks.lowerBound, to: chunks.upperBound, by: Int(Self.chunksPerUnit)).map {
            .chunks(
                edges, columns, $0..<min($0 + Self.chunksPerUnit, chunks.upperBound),
                first: chunks.lowerBound)
        }
    }

    func listUnits(
        _ edges: SortedEdges, firstID: UInt64?, _ direction: inout EdgeDirection
    ) -> [Unit] {
        let cuts = direction.cutter.cuts(of: edges)
        let key = direction.key
        return stride(from: 0, to: cuts.count, by: Self.blocksPerUnit).map {
            .blocks(
                edges, key, cuts[$0..<min($0 + Self.blocksPerUnit, cuts.count)], firstID: firstID)
        }
    }

    /// Makes units on all threads and stores them in order.
    func make(_ units: [Unit]) throws(GraphError) {
        let blockSize = load.writer.store.options.edgesPerBlockMax
        let benches = (0..<max(1, load.threads)).map { _ in EmitterBench(blockSize: blockSize) }
        let type = type
        try OrderedWork.run(
            count: units.count, threadCount: load.threads,
            make: { thread, unit throws(GraphError) in
                try Self.made(units[unit], type, benches[thread])
            }, handOn: { made throws(GraphError) in try store(made) })
    }

    private static func made(
        _ unit: Unit, _ type: UInt32, _ bench: EmitterBench
    ) throws(GraphError) -> MadeUnit {
        switch unit {
        case .chunks(let edges, let columns, let chunks, let first):
            var made: [MadeChunk] = []
            for chunk in chunks {
                let start = Int(chunk - first) * GraphLimits.slotsPerChunk
                let range = start..<min(start + GraphLimits.slotsPerChunk, edges.count)
                made.append(try Self.made(edges, range, columns, chunk, type, bench))
            }
            return .chunks(made)
        case .blocks(let edges, let key, let cuts, let firstID):
            var bytes: [UInt8] = []
            var blocks: [MadeBlock] = []
            for cut in cuts {
                edges.copyEnds(cut.edges, first: bench.nodes, second: bench.neighbours)
                let span = EdgeSpan(
                    nodes: bench.nodes, neighbours: bench.neighbours, relationships: nil,
                    firstRelationship: firstID.map { $0 + UInt64(cut.edges.lowerBound) },
                    count: cut.edges.count)
                let start = bytes.count
                AdjacencyBlock.append(span, to: &bytes)
                blocks.append(
                    MadeBlock(
                        cut: cut, slot: span.slot(0), neighbour: bench.neighbours[0],
                        bytes: start..<bytes.count))
            }
            return .blocks(key, blocks, bytes)
        }
    }

    private static func made(
        _ edges: SortedEdges, _ range: Range<Int>,
        _ columns: [(key: UInt32, column: LoadedColumn)], _ chunk: UInt64, _ type: UInt32,
        _ bench: EmitterBench
    ) throws(GraphError) -> MadeChunk {
        var descriptor = ChunkDescriptor()
        descriptor.slotCount = range.count
        descriptor.alive = SlotSet(firstSlots: range.count)
        descriptor.type = type
        var segments: [(key: UInt32, segment: EncodedSegment)] = []
        if !columns.isEmpty { edges.copyRows(range, to: bench.rows) }
        let rows = UnsafeBufferPointer(start: UnsafePointer(bench.rows), count: range.count)
        for (key, column) in columns {
            bench.buffer.append(column, rows: rows)
            let made = bench.buffer.finish()
            bench.buffer.removeAll()
            if let segment = try SegmentEncoder.encode(made, alive: descriptor.alive) {
                segments.append((key, segment))
            }
        }
        // The edges are sorted, so the first and the last say in which chunks the sources are.
        let firstChunk = edges.first(range.lowerBound) &>> UInt64(GraphLimits.slotBits)
        let lastChunk = edges.first(range.upperBound - 1) &>> UInt64(GraphLimits.slotBits)
        if lastChunk - firstChunk < UInt64(ChunkDescriptor.sourceChunksMax) {
            descriptor.sourceChunks = firstChunk..<lastChunk + 1
        } else {
            edges.copyEnds(range, first: bench.nodes, second: bench.neighbours)
            for (key, ends) in [
                (SegmentEntry.sourceKey, bench.nodes), (SegmentEntry.targetKey, bench.neighbours),
            ] {
                let draft = ColumnDraft(.integer, count: range.count, hasValidity: false)
                UnsafeMutableRawPointer(draft.integers).copyMemory(
                    from: ends, byteCount: range.count * 8)
                let column = draft.finish()
                if let segment = try SegmentEncoder.encode(column, alive: descriptor.alive) {
                    segments.append((key, segment))
                }
            }
        }
        return MadeChunk(
            chunk: chunk, edges: range, descriptor: descriptor, segments: segments, source: edges,
            columns: columns)
    }

    private func store(_ made: MadeUnit) throws(GraphError) {
        switch made {
        case .chunks(let chunks): for chunk in chunks { try store(chunk) }
        case .blocks(let key, let blocks, let bytes):
            for block in blocks {
                try load.storeBlock(
                    bytes[block.bytes], edgeCount: block.cut.edges.count, key, block.cut.chunk,
                    slot: block.slot, neighbour: block.neighbour, ordinal: block.cut.ordinal)
            }
        }
    }

    private func store(_ made: MadeChunk) throws(GraphError) {
        var descriptor = made.descriptor
        for (key, segment) in made.segments {
            descriptor.segments.append(
                try SegmentWriting.store(segment, key, load.writer.transaction))
        }
        try load.storeChunk(
            .relationship, made.chunk, descriptor,
            members: [GraphTables.MemberKey(kind: .relationship, token: type)])
        if descriptor.slotCount < GraphLimits.slotsPerChunk {
            try load.writer.homes.open(.relationship, type, made.chunk, load.reader.storage)
        }
        if !indexes.isEmpty { try addEntries(of: made) }
    }

    private func addEntries(of made: MadeChunk) throws(GraphError) {
        let first = ChunkID(rawValue: made.chunk).rawID(slot: 0)
        let rows = [UInt32](unsafeUninitializedCapacity: made.edges.count) { buffer, count in
            if let base = buffer.baseAddress { made.source.copyRows(made.edges, to: base) }
            count = made.edges.count
        }
        for index in indexes {
            var wanted: [LoadedColumn] = []
            for property in index.properties {
                guard let found = made.columns.first(where: { $0.key == property.rawValue }) else {
                    break
                }
                wanted.append(found.column)
            }
            guard wanted.count == index.properties.count else { continue }
            let sorter = load.indexSorter(index)
            next: for (offset, row) in rows.enumerated() {
                var ordered: [UInt8] = []
                for column in wanted {
                    let value = column.value(at: Int(row))
                    guard !value.isNull, value.appendOrderedKey(to: &ordered) else {
                        continue next
                    }
                }
                try load.addEntry(index, sorter, ordered, first + UInt64(offset))
            }
        }
    }
}

/// The work space of one thread.
final class EmitterBench {
    let nodes: UnsafeMutablePointer<UInt64>
    let neighbours: UnsafeMutablePointer<UInt64>
    let rows: UnsafeMutablePointer<UInt32>
    let buffer = ChunkBuffer()

    init(blockSize: Int) {
        let capacity = max(blockSize, GraphLimits.slotsPerChunk)
        nodes = .allocate(capacity: capacity)
        neighbours = .allocate(capacity: capacity)
        rows = .allocate(capacity: GraphLimits.slotsPerChunk)
    }

    deinit {
        nodes.deallocate()
        neighbours.deallocate()
        rows.deallocate()
    }
}
