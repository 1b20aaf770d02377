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

    /// Rows of a block.
    private static let rowsPerBlock = 4_096

    init(file: TemporaryFile, keys: [UInt32]) {
        self.file = file
        self.keys = keys
    }

    var blockCount: Int { blocks.count }

    /// Writes sorted edges and their columns.
    mutating func append(
        _ edges: SortedEdges, _ columns: [LoadedColumn]
    ) throws(GraphError) {
        var rows = [UInt32](repeating: 0, count: Self.rowsPerBlock)
        for start in stride(from: 0, to: edges.count, by: Self.rowsPerBlock) {
            let range = start..<min(start + Self.rowsPerBlock, edges.count)
            let count = range.count
            var bytes = [UInt8](unsafeUninitializedCapacity: count * 16) { buffer, initialized in
                if let base = UnsafeMutableRawPointer(buffer.baseAddress) {
                    let first = base.bindMemory(to: UInt64.self, capacity: count * 2)
                    edges.copyEnds(range, first: first, second: first + count)
                    initialized = count * 16
                }
            }
            if !columns.isEmpty {
                rows.withUnsafeMutableBufferPointer { buffer in
                    if let base = buffer.baseAddress { edges.copyRows(range, to: base) }
                }
            }
            for column in columns { Self.append(column, rows[..<count], to: &bytes) }
            let offset = try bytes.withUnsafeBufferPointer { buffer throws(GraphError) in
                try file.append(UnsafeRawBufferPointer(buffer))
            }
            blocks.append((offset, bytes.count, count))
        }
    }

    private static func append(
        _ column: LoadedColumn, _ rows: ArraySlice<UInt32>, to bytes: inout [UInt8]
    ) {
        bytes.append(column.layout.rawValue)
        bytes.append(column.validity.isEmpty ? 0 : 1)
        if !column.validity.isEmpty {
            column.validity.withUnsafeBufferPointer { flags in
                for row in rows { bytes.append(flags[Int(row)]) }
            }
        }
        switch column.layout {
        case .null: break
        case .integer, .float, .boolean, .date:
            let words = column.words.withUnsafeBufferPointer { words in
                rows.map { words[Int($0)] }
            }
            words.withUnsafeBytes { bytes.append(contentsOf: $0) }
        case .string, .tagged:
            var content: [UInt8] = []
            var lengths: [UInt32] = []
            for row in rows {
                let start = content.count
                if column.layout == .tagged {
                    column.tagged[Int(row)].appendStored(to: &content)
                } else {
                    let from = row == 0 ? 0 : column.ends[Int(row) - 1]
                    content.append(contentsOf: column.bytes[from..<column.ends[Int(row)]])
                }
                lengths.append(UInt32(content.count - start))
            }
            lengths.withUnsafeBytes { bytes.append(contentsOf: $0) }
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
            result.sources = try Self.words(&reader, rows)
            result.targets = try Self.words(&reader, rows)
            for _ in keys { result.columns.append(try Self.readColumn(&reader, rows)) }
            return result
        }
    }

    private static func words(
        _ reader: inout ByteReader, _ count: Int
    ) throws(GraphError) -> [UInt64] {
        let source = try reader.take(count * 8)
        return [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
            initialized = count
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
        switch layout {
        case .null:
            let column = LoadedColumn()
            column.pad(to: rows)
            return column
        case .integer, .float, .boolean, .date:
            return LoadedColumn(layout, words: try words(&reader, rows), validity: validity ?? [])
        case .string, .tagged:
            var ends: [Int] = []
            var end = 0
            let lengths = try reader.take(rows * 4)
            for row in 0..<rows {
                end += Int(lengths.loadUnaligned(fromByteOffset: row * 4, as: UInt32.self))
                ends.append(end)
            }
            let content = [UInt8](try reader.take(end))
            if layout == .string {
                return LoadedColumn(ends: ends, bytes: content, validity: validity ?? [])
            }
            var values: [Value] = []
            for row in 0..<rows {
                do throws(ValueError) {
                    let start = row == 0 ? 0 : ends[row - 1]
                    values.append(try Value.decodeStored(Array(content[start..<ends[row]])))
                } catch {
                    throw GraphError.value(error)
                }
            }
            return LoadedColumn(tagged: values)
        }
    }
}

/// Some relationships of a run, in memory.
struct RelationshipBlock {
    var sources: [UInt64] = []
    var targets: [UInt64] = []
    var columns: [LoadedColumn] = []
}
