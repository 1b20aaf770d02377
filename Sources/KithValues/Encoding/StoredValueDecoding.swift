extension Value {
    /// Reads one stored value and moves `offset` past it.
    ///
    /// - Throws: ``ValueError`` (`CorruptValue`) when the bytes do not form a value; never traps.
    public static func decodeStored(
        _ bytes: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(ValueError) -> Value {
        var reader = StoredValueReader(bytes: bytes, position: offset)
        guard let value = reader.value(depth: 0) else {
            throw .corrupt("stored bytes do not form a value")
        }
        offset = reader.position
        return value
    }

    /// Reads one stored value that is all of `bytes`.
    ///
    /// - Throws: ``ValueError`` (`CorruptValue`) when the bytes do not form exactly one value.
    public static func decodeStored(_ bytes: [UInt8]) throws(ValueError) -> Value {
        let result = bytes.withUnsafeBytes { buffer -> Value? in
            var reader = StoredValueReader(bytes: buffer, position: 0)
            guard let value = reader.value(depth: 0), reader.position == buffer.count else {
                return nil
            }
            return value
        }
        guard let result else { throw .corrupt("stored bytes do not form a value") }
        return result
    }
}

/// Reads stored values; every function gives nil where the bytes do not fit.
private struct StoredValueReader {
    let bytes: UnsafeRawBufferPointer
    var position: Int

    mutating func value(depth: Int) -> Value? {
        guard depth <= ValueLimits.nestingDepthMax, let tag = next() else { return nil }
        if tag == 6 { return list(depth: depth) }
        if tag == 7 { return map(depth: depth) }
        return scalar(tag)
    }

    @inline(never)
    private mutating func scalar(_ tag: UInt8) -> Value? {
        switch tag {
        case 0: return .null
        case 1: return .boolean(false)
        case 2: return .boolean(true)
        case 3: return integer().map { .integer($0) }
        case 4: return float()
        case 5: return string().map { .string($0) }
        case 8: return unsigned().map { .node(NodeID(rawValue: $0)) }
        case 9: return unsigned().map { .relationship(RelationshipID(rawValue: $0)) }
        case 10: return path()
        case 11: return integer().flatMap { CalendarDate(exactly: $0) }.map { .date($0) }
        case 12: return localTime().map { .localTime($0) }
        case 13:
            guard let local = localTime(), let offset = integer(),
                TemporalLimits.isValidOffset(offset)
            else { return nil }
            return .time(ZonedTime(local: local, offsetInSeconds: Int32(offset)))
        case 14:
            guard let seconds = integer(), let nanosecond = integer32() else { return nil }
            return LocalDateTime(exactlySeconds: seconds, nanosecond: Int64(nanosecond))
                .map { .localDateTime($0) }
        case 15: return dateTime(isNamed: false)
        case 16: return dateTime(isNamed: true)
        case 17: return duration()
        case 18: return money()
        default: return nil
        }
    }

    private mutating func next() -> UInt8? {
        guard position >= 0, position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func unsigned() -> UInt64? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = next() {
            if shift == 63 && byte > 1 { return nil }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
            shift += 7
        }
        return nil
    }

    private mutating func integer() -> Int64? {
        guard let zigzag = unsigned() else { return nil }
        return Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    }

    /// A number that must be a nanosecond of a second.
    private mutating func integer32() -> Int32? {
        guard let number = unsigned(), number < 1_000_000_000 else { return nil }
        return Int32(number)
    }

    private mutating func float() -> Value? {
        guard position >= 0, bytes.count - position >= 8 else { return nil }
        let pattern = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        position += 8
        return .float(Double(bitPattern: UInt64(littleEndian: pattern)))
    }

    private mutating func string() -> String? {
        guard let length = count(eachAtLeast: 1) else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
        position += length
        return String(validating: text, as: UTF8.self)
    }

    /// A number of things to come, each of which takes some bytes, so that the number is bounded.
    private mutating func count(eachAtLeast size: Int) -> Int? {
        guard let number = unsigned(), let count = Int(exactly: number),
            count <= (bytes.count - position) / size
        else { return nil }
        return count
    }

    private mutating func list(depth: Int) -> Value? {
        guard let count = count(eachAtLeast: 1) else { return nil }
        var elements: [Value] = []
        elements.reserveCapacity(count)
        while elements.count < count {
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
        }
        return .list(elements)
    }

    private mutating func map(depth: Int) -> Value? {
        guard let count = count(eachAtLeast: 2) else { return nil }
        var map = ValueMap()
        while map.count < count {
            guard let key = string(), map.position(of: key) == nil,
                let value = value(depth: depth + 1)
            else { return nil }
            map[key] = value
        }
        return .map(map)
    }

    private mutating func path() -> Value? {
        guard let length = count(eachAtLeast: 2) else { return nil }
        var nodes: [NodeID] = []
        var relationships: [RelationshipID] = []
        for _ in 0...length {
            guard let id = unsigned() else { return nil }
            nodes.append(NodeID(rawValue: id))
        }
        for _ in 0..<length {
            guard let id = unsigned() else { return nil }
            relationships.append(RelationshipID(rawValue: id))
        }
        return .path(PathValue(nodes: nodes, relationships: relationships))
    }

    private mutating func localTime() -> LocalTime? {
        guard let number = unsigned(), let nanosecond = Int64(exactly: number) else { return nil }
        return LocalTime(exactly: nanosecond)
    }

    private mutating func dateTime(isNamed: Bool) -> Value? {
        guard let seconds = integer(), let nanosecond = integer32(), let offset = integer() else {
            return nil
        }
        var zone: ZoneName?
        if isNamed {
            guard let name = string(), let known = ZoneName(name) else { return nil }
            zone = known
        }
        return ZonedDateTime(
            exactlySeconds: seconds, nanosecond: Int64(nanosecond), offsetInSeconds: offset,
            zone: zone
        ).map { .dateTime($0) }
    }

    private mutating func duration() -> Value? {
        guard let months = integer(), let days = integer(), let seconds = integer(),
            let nanosecond = integer32()
        else { return nil }
        return .duration(
            CalendarDuration(months: months, days: days, seconds: seconds, nanosecond: nanosecond))
    }

    private mutating func money() -> Value? {
        guard let low = next(), let high = next(),
            let currency = Currency(number: UInt16(low) | UInt16(high) << 8)
        else { return nil }
        var zigzag: UInt128 = 0
        var shift: UInt128 = 0
        while let byte = next() {
            if shift == 126 && byte > 3 { return nil }
            zigzag |= UInt128(byte & 0x7F) << shift
            if byte < 0x80 {
                let parts = Int128(bitPattern: zigzag >> 1) ^ -Int128(bitPattern: zigzag & 1)
                return .money(Money(parts: parts, currency: currency))
            }
            shift += 7
        }
        return nil
    }
}
