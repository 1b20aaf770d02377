import KithStorage

/// Sorts the keys of an index, however many, within a memory budget: what does not fit is sorted in
/// runs in a temporary file, which are merged at the end.
final class KeySorter {
    private struct Run {
        var start: Int
        var end: Int
    }

    private let budgetInBytes: Int
    private let temporaryDirectory: String?
    private var entries = IndexEntries()
    private var runs: [Run] = []
    private var file: TemporaryFile?
    private(set) var count = 0

    init(budgetInBytes: Int, temporaryDirectory: String?) {
        self.budgetInBytes = budgetInBytes
        self.temporaryDirectory = temporaryDirectory
    }

    func append(_ key: [UInt8], isCut: Bool) throws(GraphError) {
        entries.append(key, isCut: isCut)
        count += 1
        if entries.sizeInBytes > budgetInBytes { try spill() }
    }

    /// Adds the entries of a run one by one.
    func append(_ run: IndexRun) throws(GraphError) {
        for place in 0..<run.count {
            entries.append(length: IndexRun.keyLength) { run.writeKey(place, to: $0) }
            count += 1
            if entries.sizeInBytes > budgetInBytes { try spill() }
        }
    }

    private func spill() throws(GraphError) {
        let file: TemporaryFile
        if let known = self.file {
            file = known
        } else {
            file = try TemporaryFile(directory: temporaryDirectory)
        }
        self.file = file
        let start = file.lengthInBytes
        var buffer: [UInt8] = []
        try entries.drain { key, isCut throws(GraphError) in
            buffer.append(isCut ? 1 : 0)
            buffer.appendLittleEndian(UInt16(key.count))
            buffer.append(contentsOf: key)
            if buffer.count > 1 << 18 { try Self.write(&buffer, to: file) }
        }
        try Self.write(&buffer, to: file)
        runs.append(Run(start: start, end: file.lengthInBytes))
    }

    private static func write(
        _ buffer: inout [UInt8], to file: TemporaryFile
    ) throws(GraphError) {
        _ = try buffer.withUnsafeBufferPointer { bytes throws(GraphError) in
            try file.append(UnsafeRawBufferPointer(bytes))
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Calls `body` with all keys in order, and for each whether its values were cut off.
    func drain(
        _ body: (UnsafeRawBufferPointer, Bool) throws(GraphError) -> Void
    ) throws(GraphError) {
        guard let file, !runs.isEmpty else {
            try entries.drain(body)
            return
        }
        try spill()
        var readers: [RunReader] = []
        let share = max(1 << 16, budgetInBytes / 2 / runs.count)
        for run in runs {
            let reader = RunReader(file, run.start, run.end, bufferSize: share)
            if try reader.next() { readers.append(reader) }
        }
        while !readers.isEmpty {
            var smallest = 0
            for index in 1..<max(readers.count, 1)
            where readers[index].key.lexicographicallyPrecedes(readers[smallest].key) {
                smallest = index
            }
            let reader = readers[smallest]
            try reader.key.withUnsafeBufferPointer { key throws(GraphError) in
                try body(UnsafeRawBufferPointer(key), reader.isCut)
            }
            if try !reader.next() { readers.remove(at: smallest) }
        }
    }

    /// Reads one run from the file.
    private final class RunReader {
        private let file: TemporaryFile
        private var offset: Int
        private let end: Int
        private let bufferSize: Int
        private var buffer: [UInt8] = []
        private var position = 0
        private(set) var key: [UInt8] = []
        private(set) var isCut = false

        init(_ file: TemporaryFile, _ start: Int, _ end: Int, bufferSize: Int) {
            self.file = file
            offset = start
            self.end = end
            self.bufferSize = bufferSize
        }

        func next() throws(GraphError) -> Bool {
            guard try fill(3) else { return false }
            isCut = buffer[position] != 0
            let length = Int(buffer[position + 1]) | Int(buffer[position + 2]) << 8
            position += 3
            guard try fill(length) else {
                throw GraphError.corrupt("a temporary file ends too early")
            }
            key = Array(buffer[position..<position + length])
            position += length
            return true
        }

        private func fill(_ wanted: Int) throws(GraphError) -> Bool {
            if buffer.count - position >= wanted { return true }
            let rest = buffer.count - position
            let count = min(max(bufferSize, wanted), end - offset)
            guard rest + count >= wanted else { return false }
            var next = [UInt8](repeating: 0, count: rest + count)
            for index in 0..<rest { next[index] = buffer[position + index] }
            try next.withUnsafeMutableBufferPointer { target throws(GraphError) in
                try file.read(
                    at: offset,
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(target)[rest...]))
            }
            buffer = next
            position = 0
            offset += count
            return true
        }
    }
}
