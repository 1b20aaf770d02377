import Glibc

/// Strings, and the stored forms of tagged values.
enum StringEncoder {
    static func append(
        starts: [UInt32], lengths: [UInt32], bytes source: UnsafePointer<UInt8>,
        compressingFrom: Int, to bytes: inout [UInt8]
    ) -> SegmentEncoding {
        let count = starts.count
        if let dictionary = StringDictionary(
            starts: starts, lengths: lengths, bytes: source, entryMax: max(1, count / 2))
        {
            if dictionary.entries.count == 1 {
                let first = UnsafeBufferPointer(
                    start: source + Int(starts[0]), count: Int(lengths[0]))
                bytes.append(contentsOf: first)
                return .constant
            }
            let entries = dictionary.entries.map(Int.init)
            bytes.appendVarint(entries.count)
            StringRun.append(
                starts: entries.map { starts[$0] }, lengths: entries.map { lengths[$0] },
                count: entries.count, bytes: source, compressingFrom: compressingFrom, to: &bytes)
            let width = BitPacking.width(for: UInt64(entries.count - 1))
            bytes.append(UInt8(width))
            let codes = dictionary.codes.map(UInt64.init)
            BitPacking.append(codes, count: count, width: width, to: &bytes)
            return .dictionary
        }
        StringRun.append(
            starts: starts, lengths: lengths, count: count, bytes: source,
            compressingFrom: compressingFrom, to: &bytes)
        return .bytes
    }
}

/// The different strings of a segment and which row has which.
struct StringDictionary {
    /// For each entry, a row that has it.
    private(set) var entries: [UInt16] = []
    /// For each row, its entry.
    private(set) var codes: [UInt16] = []

    /// Nil when there are more different strings than `entryMax`.
    init?(
        starts: [UInt32], lengths: [UInt32], bytes: UnsafePointer<UInt8>, entryMax: Int
    ) {
        let capacity = 4096
        let empty = UInt16.max
        codes.reserveCapacity(starts.count)
        let isDone = withUnsafeTemporaryAllocation(of: UInt16.self, capacity: capacity) { table in
            table.initialize(repeating: empty)
            for row in starts.indices {
                let length = Int(lengths[row])
                let start = bytes + Int(starts[row])
                var position = Int(truncatingIfNeeded: Self.hash(start, length)) & (capacity - 1)
                while true {
                    let code = table[position]
                    if code == empty {
                        // Where the first strings are nearly all different, the rest will be.
                        let isHopeless = row >= 128 && entries.count * 8 > row * 7
                        guard entries.count < entryMax, !isHopeless else { return false }
                        table[position] = UInt16(entries.count)
                        codes.append(UInt16(entries.count))
                        entries.append(UInt16(row))
                        break
                    }
                    let other = Int(entries[Int(code)])
                    if Int(lengths[other]) == length,
                        memcmp(bytes + Int(starts[other]), start, length) == 0
                    {
                        codes.append(code)
                        break
                    }
                    position = (position + 1) & (capacity - 1)
                }
            }
            return true
        }
        guard isDone else { return nil }
    }

    @inline(__always)
    static func hash(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
        KeyHash.hash(UnsafeRawBufferPointer(start: bytes, count: length))
    }
}
