/// Reads numbers from bytes one after another and throws instead of running past their end.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }
    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() throws(GraphError) -> UInt8 {
        guard offset < bytes.count else { throw Self.tooShort }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func uint16() throws(GraphError) -> UInt16 {
        try fixed(2, as: UInt16.self)
    }

    mutating func uint64() throws(GraphError) -> UInt64 {
        try fixed(8, as: UInt64.self)
    }

    /// Seven bits a byte, lowest first; at most ten bytes.
    mutating func varint() throws(GraphError) -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = try byte()
            result |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return result }
            shift += 7
        }
        throw GraphError.corrupt("a number has more than 64 bits")
    }

    mutating func zigzag() throws(GraphError) -> Int64 {
        let raw = try varint()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// A varint that must not be greater than `limit`.
    mutating func count(max limit: Int) throws(GraphError) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else { throw GraphError.corrupt("a count is out of range") }
        return Int(value)
    }

    mutating func take(_ count: Int) throws(GraphError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw Self.tooShort }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private mutating func fixed<Number: FixedWidthInteger>(
        _ size: Int, as type: Number.Type
    ) throws(GraphError) -> Number {
        guard size <= remaining else { throw Self.tooShort }
        defer { offset += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    private static let tooShort = GraphError.corrupt("a record ends too early")
}
