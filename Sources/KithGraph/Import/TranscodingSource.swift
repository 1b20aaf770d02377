/// Turns UTF-16 or Latin-1 into UTF-8 on the way, and drops a byte-order mark.
///
/// What is no text in the source's encoding (an unpaired surrogate) becomes the byte 0xFF, which is
/// no UTF-8, so that the row which holds it is rejected at its place.
final class TranscodingSource: ByteSource {
    private static let inputSizeInBytes = 64 << 10
    private static let unreadable: UInt8 = 0xFF

    private let source: ByteSource
    private let encoding: TextEncoding
    private let input = UnsafeMutableRawBufferPointer.allocate(
        byteCount: TranscodingSource.inputSizeInBytes, alignment: 16)
    private var inputCount = 0
    private var highSurrogate: UInt16?

    /// Reads `source` as `encoding`, which a byte-order mark overrides.
    ///
    /// - Returns: The source of UTF-8.
    static func utf8(
        from source: ByteSource, encoding: TextEncoding
    ) throws(ImportError) -> ByteSource {
        try TranscodingSource(source, encoding: encoding)
    }

    private init(_ source: ByteSource, encoding: TextEncoding) throws(ImportError) {
        self.source = source
        var count = 0
        while count < 3 {
            let rest = UnsafeMutableRawBufferPointer(rebasing: input[count...])
            let more = try source.read(into: rest)
            if more == 0 { break }
            count += more
        }
        let mark = input.prefix(count)
        var markLength = 0
        if mark.starts(with: [0xEF, 0xBB, 0xBF]) {
            (self.encoding, markLength) = (.utf8, 3)
        } else if mark.starts(with: [0xFF, 0xFE]) {
            (self.encoding, markLength) = (.utf16LittleEndian, 2)
        } else if mark.starts(with: [0xFE, 0xFF]) {
            (self.encoding, markLength) = (.utf16BigEndian, 2)
        } else {
            self.encoding = encoding == .utf16 ? .utf16LittleEndian : encoding
        }
        if markLength > 0 {
            input.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[markLength..<count]))
        }
        inputCount = count - markLength
        super.init()
    }

    deinit { input.deallocate() }

    override var bytesConsumed: Int { source.bytesConsumed }

    override func read(into target: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        switch encoding {
        case .utf8: try readUTF8(into: target)
        case .latin1: try readUnits(into: target, unitLength: 1)
        case .utf16, .utf16LittleEndian, .utf16BigEndian: try readUnits(into: target, unitLength: 2)
        }
    }

    private func readUTF8(
        into target: UnsafeMutableRawBufferPointer
    ) throws(ImportError) -> Int {
        guard inputCount > 0 else { return try source.read(into: target) }
        let count = min(inputCount, target.count)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        dropInput(count)
        return count
    }

    private func readUnits(
        into target: UnsafeMutableRawBufferPointer, unitLength: Int
    ) throws(ImportError) -> Int {
        var written = 0
        while written == 0 {
            var isAtEnd = false
            // A unit becomes at most three bytes, so this much input never overflows the target.
            while inputCount < unitLength {
                let more = try source.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: input[inputCount...]))
                if more == 0 {
                    isAtEnd = true
                    break
                }
                inputCount += more
            }
            if isAtEnd {
                // Half a unit at the end, or half a pair: text that is none.
                if inputCount > 0 || highSurrogate != nil {
                    inputCount = 0
                    highSurrogate = nil
                    target[0] = Self.unreadable
                    return 1
                }
                return 0
            }
            let units = min(inputCount / unitLength, target.count / 4)
            for unit in 0..<units {
                let scalar = next(at: unit * unitLength, into: target, at: &written)
                if let scalar { append(scalar, to: target, at: &written) }
            }
            dropInput(units * unitLength)
        }
        return written
    }

    /// The scalar that the unit at `offset` completes; nil where it begins a pair.
    private func next(
        at offset: Int, into target: UnsafeMutableRawBufferPointer, at written: inout Int
    ) -> UInt32? {
        let unit: UInt16
        switch encoding {
        case .latin1: return UInt32(input[offset])
        case .utf16BigEndian: unit = UInt16(input[offset]) << 8 | UInt16(input[offset + 1])
        default: unit = UInt16(input[offset + 1]) << 8 | UInt16(input[offset])
        }
        if let high = highSurrogate {
            highSurrogate = nil
            if unit & 0xFC00 == 0xDC00 {
                return 0x10000 + (UInt32(high & 0x3FF) << 10 | UInt32(unit & 0x3FF))
            }
            target[written] = Self.unreadable
            written += 1
        }
        if unit & 0xFC00 == 0xD800 {
            highSurrogate = unit
            return nil
        }
        if unit & 0xFC00 == 0xDC00 {
            target[written] = Self.unreadable
            written += 1
            return nil
        }
        return UInt32(unit)
    }

    private func append(
        _ scalar: UInt32, to target: UnsafeMutableRawBufferPointer, at written: inout Int
    ) {
        func put(_ byte: UInt32) {
            target[written] = UInt8(truncatingIfNeeded: byte)
            written += 1
        }
        switch scalar {
        case ..<0x80: put(scalar)
        case ..<0x800:
            put(0xC0 | scalar >> 6)
            put(0x80 | scalar & 0x3F)
        case ..<0x10000:
            put(0xE0 | scalar >> 12)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        default:
            put(0xF0 | scalar >> 18)
            put(0x80 | scalar >> 12 & 0x3F)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        }
    }

    private func dropInput(_ count: Int) {
        let rest = inputCount - count
        if rest > 0 {
            input.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[count..<inputCount]))
        }
        inputCount = rest
    }
}
