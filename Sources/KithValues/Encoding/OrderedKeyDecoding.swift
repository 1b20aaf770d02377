extension Value {
    /// Reads back a value from its key and moves `offset` past it; a whole number comes back as an
    /// integer where it fits one.
    ///
    /// - Throws: ``ValueError`` when the bytes are no key of a value.
    public static func decodeOrderedKey(
        _ bytes: [UInt8], at offset: inout Int
    ) throws(ValueError) -> Value {
        var reader = OrderedKeyReader(bytes: bytes, position: offset)
        guard let value = reader.value(depth: 0) else {
            throw .corrupt("the bytes of a key do not form a value")
        }
        offset = reader.position
        return value
    }
}

/// Reads ordered keys; every function gives nil where the bytes do not fit.
private struct OrderedKeyReader {
    let bytes: [UInt8]
    var position: Int

    mutating func value(depth: Int) -> Value? {
        guard depth <= ValueLimits.nestingDepthMax, let rank = next() else { return nil }
        return rank == 0x28 ? list(depth: depth) : scalar(rank)
    }

    @inline(never)
    private mutating func scalar(_ rank: UInt8) -> Value? {
        switch rank {
        case 0xF0: return .null
        case 0x88: return .float(.nan)
        case 0x78:
            guard let known = next(), known <= 1 else { return nil }
            return .boolean(known == 1)
        case 0x80: return number()
        case 0x70: return string().map { .string($0) }
        case 0x48: return integer(size: 5).flatMap { CalendarDate(exactly: $0) }.map { .date($0) }
        case 0x58:
            return integer(size: 6).flatMap { LocalTime(exactly: $0) }.map { .localTime($0) }
        case 0x50: return time()
        case 0x40:
            guard let seconds = integer(size: 7), let nanosecond = integer(size: 4) else {
                return nil
            }
            return LocalDateTime(exactlySeconds: seconds, nanosecond: nanosecond)
                .map { .localDateTime($0) }
        case 0x38: return dateTime()
        case 0x60: return duration()
        case 0x68: return money()
        default: return nil
        }
    }

    private mutating func next() -> UInt8? {
        guard position >= 0, position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func integer(size: Int) -> Int64? {
        guard let flipped = unsigned(size: size) else { return nil }
        let unused = UInt64(64 - size * 8)
        let pattern = (flipped ^ (1 << UInt64(size * 8 - 1))) << unused
        return Int64(bitPattern: pattern) >> Int64(unused)
    }

    private mutating func unsigned(size: Int) -> UInt64? {
        guard position >= 0, position + size <= bytes.count else { return nil }
        var result: UInt64 = 0
        for _ in 0..<size {
            result = result << 8 | UInt64(bytes[position])
            position += 1
        }
        return result
    }

    private mutating func wide() -> Int128? {
        guard let high = integer(size: 8), let low = unsigned(size: 8) else { return nil }
        return Int128(high) << 64 | Int128(low)
    }

    private mutating func number() -> Value? {
        guard let flipped = unsigned(size: 8) else { return nil }
        let pattern = flipped >> 63 == 1 ? flipped & ~(1 << 63) : ~flipped
        let double = Double(bitPattern: pattern)
        guard !double.isNaN else { return nil }
        var rest: UInt64 = 0
        if double.magnitude >= OrderedBytes.firstInexact {
            guard let read = unsigned(size: 2) else { return nil }
            rest = read
        }
        guard let whole = Int64(exactly: double) else { return rest == 0 ? .float(double) : nil }
        let (sum, overflow) = whole.addingReportingOverflow(Int64(rest))
        return overflow ? nil : .integer(sum)
    }

    private mutating func string() -> String? {
        var text: [UInt8] = []
        while let byte = next() {
            guard byte == 0 else {
                text.append(byte)
                continue
            }
            switch next() {
            case 0xFF: text.append(0)
            case 1: return String(validating: text, as: UTF8.self)
            default: return nil
            }
        }
        return nil
    }

    private mutating func list(depth: Int) -> Value? {
        var elements: [Value] = []
        while position < bytes.count {
            if bytes[position] == 0 {
                position += 1
                return .list(elements)
            }
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
        }
        return nil
    }

    private mutating func time() -> Value? {
        guard let instant = integer(size: 7), let offset = integer(size: 3),
            TemporalLimits.isValidOffset(offset),
            let local = LocalTime(
                exactly: instant + offset * TemporalLimits.nanosecondsPerSecond)
        else { return nil }
        return .time(ZonedTime(local: local, offsetInSeconds: Int32(offset)))
    }

    private mutating func dateTime() -> Value? {
        guard let seconds = integer(size: 7), let nanosecond = integer(size: 4),
            let offset = integer(size: 3), let name = string()
        else { return nil }
        var zone: ZoneName?
        if !name.isEmpty {
            guard let known = ZoneName(name) else { return nil }
            zone = known
        }
        return ZonedDateTime(
            exactlySeconds: seconds, nanosecond: nanosecond, offsetInSeconds: offset, zone: zone
        ).map { .dateTime($0) }
    }

    private mutating func duration() -> Value? {
        guard let length = wide(), let months = integer(size: 8), let days = integer(size: 8) else {
            return nil
        }
        let whole = CalendarDuration(months: months, days: days, seconds: 0, nanosecond: 0)
        let (rest, overflow) = length.subtractingReportingOverflow(whole.averageNanoseconds)
        guard !overflow else { return nil }
        return CalendarDuration(
            months: Int128(months), days: Int128(days), nanoseconds: rest
        ).map { .duration($0) }
    }

    private mutating func money() -> Value? {
        guard let number = integer(size: 2), let narrow = UInt16(exactly: number),
            let currency = Currency(number: narrow), let parts = wide()
        else { return nil }
        return .money(Money(parts: parts, currency: currency))
    }
}
