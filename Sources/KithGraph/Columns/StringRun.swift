/// Strings one after another: `count` lengths, then the bytes.
///
/// | bytes | what |
/// | --- | --- |
/// | varint | shortest length |
/// | 1 | width of the packed differences to it |
/// | … | the differences, packed |
/// | 4 × (count / 64) | where strings 64, 128, … begin; only if the width is not 0 |
/// | varint | bytes of all strings |
/// | varint | bytes as compressed by zstd, 0 if they are stored as they are |
/// | … | the bytes |
struct StringRun {
    static let checkpointInterval = 64

    let count: Int
    let shortest: Int
    let width: Int
    let lengths: UnsafeRawPointer
    let checkpoints: UnsafeRawPointer
    let totalByteCount: Int
    /// The bytes as stored, compressed or not.
    let stored: UnsafeRawBufferPointer
    let isCompressed: Bool

    init(count: Int, reader: inout ByteReader) throws(GraphError) {
        self.count = count
        shortest = try reader.count(max: Int(UInt32.max))
        width = Int(try reader.byte())
        guard width <= 32 else { throw GraphError.corrupt("string lengths are too wide") }
        let packed = try reader.take(BitPacking.byteCount(count: count, width: width))
        let marks = try reader.take(width == 0 ? 0 : count / Self.checkpointInterval * 4)
        totalByteCount = try reader.count(max: Int(UInt32.max))
        let compressedCount = try reader.count(max: Int(UInt32.max))
        isCompressed = compressedCount > 0
        stored = try reader.take(isCompressed ? compressedCount : totalByteCount)
        guard let lengths = packed.baseAddress ?? reader.bytes.baseAddress,
            let checkpoints = marks.baseAddress ?? reader.bytes.baseAddress
        else { throw GraphError.corrupt("a string segment is empty") }
        self.lengths = lengths
        self.checkpoints = checkpoints
        guard !isCompressed || totalByteCount <= 4096 * max(compressedCount, 16) * 16 else {
            throw GraphError.corrupt("a compressed segment claims an impossible size")
        }
    }

    @inline(__always)
    func length(_ index: Int) -> Int {
        shortest &+ Int(truncatingIfNeeded: BitPacking.value(lengths, at: index, width: width))
    }

    /// Where string `index` begins; not yet checked against the bytes there are.
    func start(_ index: Int) -> Int {
        if width == 0 { return shortest * index }
        let mark = index / Self.checkpointInterval
        var position = mark * Self.checkpointInterval
        var offset = 0
        if mark > 0 {
            offset = Int(
                UInt32(
                    littleEndian: checkpoints.loadUnaligned(
                        fromByteOffset: (mark - 1) * 4, as: UInt32.self)))
        }
        while position < index {
            offset &+= length(position)
            position &+= 1
        }
        return offset
    }

    /// The bytes of one string, if they are not compressed.
    func string(_ index: Int) throws(GraphError) -> UnsafeRawBufferPointer {
        let start = start(index)
        let length = length(index)
        guard !isCompressed, start >= 0, start + length <= stored.count else {
            throw GraphError.corrupt("a string lies outside its segment")
        }
        return UnsafeRawBufferPointer(rebasing: stored[start..<start + length])
    }

    /// Writes all bytes to `target`, which has room for ``totalByteCount``.
    func copyBytes(to target: UnsafeMutableRawPointer) throws(GraphError) {
        guard let base = stored.baseAddress else { return }
        if !isCompressed {
            target.copyMemory(from: base, byteCount: stored.count)
            return
        }
        guard TextCompression.decompress(stored, to: target, count: totalByteCount) else {
            throw GraphError.corrupt("a compressed segment does not decompress")
        }
    }

    /// From so many bytes on a run is compressed.
    static let compressedMinInBytes = 512

    /// Appends the run of strings given as starts and lengths into some bytes; `compressingFrom` that many
    /// bytes.
    static func append(
        starts: UnsafePointer<UInt32>, lengths: UnsafePointer<UInt32>, count: Int,
        bytes source: UnsafePointer<UInt8>, compressingFrom: Int, to bytes: inout [UInt8]
    ) {
        var shortest = UInt32.max
        var longest: UInt32 = 0
        var total = 0
        for index in 0..<count {
            shortest = min(shortest, lengths[index])
            longest = max(longest, lengths[index])
            total += Int(lengths[index])
        }
        if count == 0 { shortest = 0 }
        let width = BitPacking.width(for: UInt64(longest - shortest))
        bytes.appendVarint(UInt64(shortest))
        bytes.append(UInt8(width))
        let run = [UInt8](unsafeUninitializedCapacity: total) { buffer, initialized in
            var offset = 0
            if let base = buffer.baseAddress {
                for index in 0..<count {
                    let length = Int(lengths[index])
                    (base + offset).update(from: source + Int(starts[index]), count: length)
                    offset += length
                }
            }
            initialized = total
        }
        if width > 0 {
            let differences = (0..<count).map { UInt64(lengths[$0] - shortest) }
            BitPacking.append(differences, count: count, width: width, to: &bytes)
            var offset: UInt32 = 0
            for index in 0..<count / checkpointInterval * checkpointInterval {
                offset += lengths[index]
                if index % checkpointInterval == checkpointInterval - 1 {
                    for shift in [0, 8, 16, 24] as [UInt32] {
                        bytes.append(UInt8(truncatingIfNeeded: offset >> shift))
                    }
                }
            }
        }
        bytes.appendVarint(total)
        if run.count >= compressingFrom, let compressed = compress(run) {
            bytes.appendVarint(compressed.count)
            bytes.append(contentsOf: compressed)
        } else {
            bytes.append(0)
            bytes.append(contentsOf: run)
        }
    }

    /// The compressed form where it saves a quarter or more.
    private static func compress(_ run: [UInt8]) -> [UInt8]? {
        guard let compressed = run.withUnsafeBytes(TextCompression.compress),
            compressed.count < run.count / 4 * 3
        else { return nil }
        return compressed
    }
}
