import KithValues

/// A sorted run of relationships in a temporary file, in blocks.
///
/// A block is: the sources and targets, 8 bytes each; then for each column its layout (1), whether
/// some values are missing (1), a byte a value if so, and the values: 8 bytes each, or for strings and
/// tagged values their lengths, 4 bytes each, and their bytes.
struct RelationshipRun {
    private let file: TemporaryFile
    let keys: [UInt32]
    private var blocks: [(offset: Int, length: Int, rows: Int)] = []

    init(file: TemporaryFile, keys: [UInt32]) {
        self.file = file
        self.keys = keys
    }

    var blockCount: Int { blocks.count }

    mutating func append(
        _ rows: ArraySlice<UInt32>, _ sources: [UInt64], _ targets: [UInt64],
        _ columns: [LoadedColumn]
    ) throws(GraphError) {
        var bytes: [UInt8] = []
        for row in rows { bytes.appendLittleEndian(sources[Int(row)]) }
        for row in rows { bytes.appendLittleEndian(targets[Int(row)]) }
        for column in columns { Self.append(column, rows, to: &bytes) }
        let offset = try bytes.withUnsafeBufferPointer { buffer throws(GraphError) in
            try file.append(UnsafeRawBufferPointer(buffer))
        }
        blocks.append((offset, bytes.count, rows.count))
    }

    private static func append(
        _ column: LoadedColumn, _ rows: ArraySlice<UInt32>, to bytes: inout [UInt8]
    ) {
        bytes.append(column.layout.rawValue)
        bytes.append(column.validity.isEmpty ? 0 : 1)
        if !column.validity.isEmpty { for row in rows { bytes.append(column.validity[Int(row)]) } }
        switch column.layout {
        case .null: break
        case .integer, .float, .boolean, .date:
            for row in rows { bytes.appendLittleEndian(column.words[Int(row)]) }
        case .string, .tagged:
            var content: [UInt8] = []
            for row in rows {
                let start = content.count
                if column.layout == .tagged {
                    column.tagged[Int(row)].appendStored(to: &content)
                } else {
                    let from = row == 0 ? 0 : column.ends[Int(row) - 1]
                    content.append(contentsOf: column.bytes[from..<column.ends[Int(row)]])
                }
                let length = UInt32(content.count - start)
                for shift in [0, 8, 16, 24] as [UInt32] {
                    bytes.append(UInt8(truncatingIfNeeded: length >> shift))
                }
            }
            bytes.append(contentsOf: content)
        }
    }

    /// Reads a block.
    func read(_ block: Int) throws(GraphError) -> RelationshipBlock {
        let (offset, length, rows) = blocks[block]
        var bytes = [UInt8](repeating: 0, count: length)
        try bytes.withUnsafeMutableBufferPointer { buffer throws(GraphError) in
            try file.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return try bytes.withUnsafeBufferPointer { buffer throws(GraphError) in
            var reader = ByteReader(UnsafeRawBufferPointer(buffer))
            var result = RelationshipBlock()
            for _ in 0..<rows { result.sources.append(try reader.uint64()) }
            for _ in 0..<rows { result.targets.append(try reader.uint64()) }
            for _ in keys { result.columns.append(try Self.readColumn(&reader, rows)) }
            return result
        }
    }

    private static func readColumn(
        _ reader: inout ByteReader, _ rows: Int
    ) throws(GraphError) -> LoadedColumn {
        guard let layout = Column.Layout(rawValue: try reader.byte()) else {
            throw GraphError.corrupt("a temporary file is damaged")
        }
        var validity: [UInt8]?
        if try reader.byte() != 0 { validity = [UInt8](try reader.take(rows)) }
        let column = LoadedColumn()
        switch layout {
        case .null: column.pad(to: rows)
        case .integer, .float, .boolean, .date:
            var words: [UInt64] = []
            for _ in 0..<rows { words.append(try reader.uint64()) }
            column.append(Self.batch(words, layout, validity), count: rows)
        case .string, .tagged:
            var offsets: [UInt32] = [0]
            for _ in 0..<rows {
                let low = UInt32(try reader.uint16())
                offsets.append((offsets.last ?? 0) + (low | UInt32(try reader.uint16()) << 16))
            }
            let content = [UInt8](try reader.take(Int(offsets.last ?? 0)))
            if layout == .string {
                column.append(
                    BulkColumn(.strings(offsets: offsets, bytes: content), validity: validity),
                    count: rows)
            } else {
                var values: [Value] = []
                for row in 0..<rows {
                    let bytes = Array(content[Int(offsets[row])..<Int(offsets[row + 1])])
                    do throws(ValueError) {
                        values.append(try Value.decodeStored(bytes))
                    } catch {
                        throw GraphError.value(error)
                    }
                }
                column.append(BulkColumn(.values(values), validity: validity), count: rows)
            }
        }
        return column
    }

    private static func batch(
        _ words: [UInt64], _ layout: Column.Layout, _ validity: [UInt8]?
    ) -> BulkColumn {
        switch layout {
        case .float: BulkColumn(.floats(words.map { Double(bitPattern: $0) }), validity: validity)
        case .boolean: BulkColumn(.booleans(words.map { UInt8($0) }), validity: validity)
        case .date: BulkColumn(.dates(words.map { Int64(bitPattern: $0) }), validity: validity)
        default: BulkColumn(.integers(words.map { Int64(bitPattern: $0) }), validity: validity)
        }
    }
}

/// Some relationships of a run, in memory.
struct RelationshipBlock {
    var sources: [UInt64] = []
    var targets: [UInt64] = []
    var columns: [LoadedColumn] = []
}

/// Merges sorted runs.
final class RelationshipMerge {
    private struct Place {
        var run: RelationshipRun
        var block: RelationshipBlock
        var nextBlock: Int
        var row: Int
    }

    private var places: [Place] = []

    init(_ runs: [RelationshipRun]) throws(GraphError) {
        for run in runs where run.blockCount > 0 {
            places.append(
                Place(run: run, block: try run.read(0), nextBlock: 1, row: 0))
        }
    }

    /// Hands over all relationships in order. Equal ends come in the order of runs.
    func drain(into emitter: RelationshipEmitter) throws(GraphError) {
        while !places.isEmpty {
            let (index, limit) = smallest()
            let rows = rows(of: index, until: limit, atMost: emitter.room)
            let block = places[index].block
            let keys = places[index].run.keys
            try rows.withUnsafeBufferPointer { rows throws(GraphError) in
                try block.sources.withUnsafeBufferPointer { from throws(GraphError) in
                    try block.targets.withUnsafeBufferPointer { to throws(GraphError) in
                        try emitter.append(rows, from, to, keys, block.columns)
                    }
                }
            }
            try advance(index, by: rows.count)
        }
    }

    /// Hands over the ends of all relationships in order.
    func drainEnds(
        _ body: (UInt64, UInt64) throws(GraphError) -> Void
    ) throws(GraphError) {
        while !places.isEmpty {
            let (index, limit) = smallest()
            let rows = rows(of: index, until: limit, atMost: .max)
            let block = places[index].block
            for row in rows { try body(block.sources[Int(row)], block.targets[Int(row)]) }
            try advance(index, by: rows.count)
        }
    }

    private func key(_ index: Int) -> (UInt64, UInt64) {
        (
            places[index].block.sources[places[index].row],
            places[index].block.targets[places[index].row]
        )
    }

    /// The run whose next row comes first, and the next row of the run after it.
    private func smallest() -> (index: Int, limit: (UInt64, UInt64)?) {
        var smallest = 0
        for index in 1..<max(places.count, 1) where key(index) < key(smallest) { smallest = index }
        var limit: (UInt64, UInt64)?
        for index in 0..<places.count where index != smallest {
            let other = key(index)
            limit = limit.map { $0 < other ? $0 : other } ?? other
        }
        return (smallest, limit)
    }

    /// The rows of one run that come before all other runs' rows.
    private func rows(
        of index: Int, until limit: (UInt64, UInt64)?, atMost count: Int
    ) -> [UInt32] {
        let start = places[index].row
        let rowCount = places[index].block.sources.count
        var end = start + 1
        while end < rowCount, end - start < count {
            let key = (places[index].block.sources[end], places[index].block.targets[end])
            if let limit, key >= limit { break }
            end += 1
        }
        return (UInt32(start)..<UInt32(end)).map { $0 }
    }

    private func advance(_ index: Int, by count: Int) throws(GraphError) {
        places[index].row += count
        guard places[index].row == places[index].block.sources.count else { return }
        guard places[index].nextBlock < places[index].run.blockCount else {
            places.remove(at: index)
            return
        }
        places[index].block = try places[index].run.read(places[index].nextBlock)
        places[index].nextBlock += 1
        places[index].row = 0
    }
}
