/// Reads the TZif format of compiled time-zone files (RFC 8536).
enum TimeZoneFile {
    /// The rules in a file's bytes; nil when they are malformed.
    static func parse(_ bytes: [UInt8]) -> TimeZoneRules? {
        guard var header = Header(bytes, at: 0) else { return nil }
        guard header.version >= 2 else { return parseBody(bytes, header, timeSize: 4) }
        // Version 2 and later repeat everything with 64-bit instants after the first block.
        let second = header.start + Header.size + header.bodySize(timeSize: 4)
        guard let wide = Header(bytes, at: second) else { return nil }
        header = wide
        return parseBody(bytes, header, timeSize: 8)
    }

    /// The six counts of a data block.
    private struct Header {
        static let size = 44

        let start: Int
        let version: UInt8
        let counts: [Int]

        var utcMarkCount: Int { counts[0] }
        var standardMarkCount: Int { counts[1] }
        var leapSecondCount: Int { counts[2] }
        var transitionCount: Int { counts[3] }
        var typeCount: Int { counts[4] }
        var nameByteCount: Int { counts[5] }

        init?(_ bytes: [UInt8], at start: Int) {
            guard start >= 0, start + Self.size <= bytes.count,
                bytes[start..<start + 4].elementsEqual("TZif".utf8)
            else { return nil }
            self.start = start
            let mark = bytes[start + 4]
            version = mark >= 0x32 ? mark - 0x30 : 1
            var counts: [Int] = []
            for index in 0..<6 {
                let count = Int(integer(bytes, at: start + 20 + index * 4, size: 4))
                guard count >= 0, count <= bytes.count else { return nil }
                counts.append(count)
            }
            self.counts = counts
        }

        func bodySize(timeSize: Int) -> Int {
            transitionCount * (timeSize + 1) + typeCount * 6 + nameByteCount
                + leapSecondCount * (timeSize + 4) + standardMarkCount + utcMarkCount
        }
    }

    private static func parseBody(
        _ bytes: [UInt8], _ header: Header, timeSize: Int
    ) -> TimeZoneRules? {
        let start = header.start + Header.size
        let end = start + header.bodySize(timeSize: timeSize)
        guard end <= bytes.count, header.typeCount > 0 else { return nil }
        let indexStart = start + header.transitionCount * timeSize
        let typeStart = indexStart + header.transitionCount
        var typeOffsets: [Int32] = []
        for type in 0..<header.typeCount {
            let offset = integer(bytes, at: typeStart + type * 6, size: 4)
            guard offset.magnitude < 100_000 else { return nil }
            typeOffsets.append(Int32(truncatingIfNeeded: offset))
        }
        var transitions: [Int64] = []
        var offsets: [Int32] = []
        for index in 0..<header.transitionCount {
            let instant = integer(bytes, at: start + index * timeSize, size: timeSize)
            let type = Int(bytes[indexStart + index])
            guard type < typeOffsets.count, transitions.last.map({ $0 < instant }) ?? true else {
                return nil
            }
            transitions.append(instant)
            offsets.append(typeOffsets[type])
        }
        let footer = bytes[end...].dropFirst().prefix { $0 != 0x0A }
        return TimeZoneRules(
            transitions: transitions, offsets: offsets, initialOffset: typeOffsets[0],
            footer: timeSize == 8 && !footer.isEmpty ? PosixTimeZone(footer) : nil)
    }

    /// Reads a signed big-endian integer.
    private static func integer(_ bytes: [UInt8], at start: Int, size: Int) -> Int64 {
        var result: UInt64 = 0
        for byte in bytes[start..<start + size] { result = result << 8 | UInt64(byte) }
        return size == 4
            ? Int64(Int32(truncatingIfNeeded: result)) : Int64(truncatingIfNeeded: result)
    }
}
