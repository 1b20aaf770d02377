/// Order-preserving bytes: the order of two values' bytes is the total order of the values.
///
/// On disk: never change. A key is the rank of the value's kind (one byte), then:
///
/// | kind | bytes |
/// | --- | --- |
/// | boolean | 0 or 1 |
/// | number | the largest double not above it (8, see below); where that is 2⁵³ or more either way, what an integer is above it (2) |
/// | NaN, null | nothing |
/// | string | its UTF-8, each 00 as 00 FF; then 00 01 |
/// | list | the keys of its elements; then 00 |
/// | date | days (5) |
/// | local time | nanoseconds (6) |
/// | time | nanoseconds from midnight UTC (7), offset (3) |
/// | local date and time | seconds (7), nanosecond (4) |
/// | date and time | seconds (7), nanosecond (4), offset (3), the zone's name as a string, empty for none |
/// | duration | average length in nanoseconds (16), months (8), days (8) |
/// | money | currency (2), parts (16) |
///
/// Integers are big-endian with the sign bit flipped. A double is its bits, all flipped where it is
/// negative and the sign bit flipped where it is not.
extension Value {
    /// Appends bytes whose order, byte by byte, is the order of values; composite keys are made by
    /// appending one after the other, because no value's bytes are a prefix of another's.
    ///
    /// 1 and 1.0 give the same bytes, so a number's kind is not in its key. Supported are booleans,
    /// numbers, strings, temporal values, durations, money, null and lists of these.
    ///
    /// - Returns: false, with nothing appended, for maps, entities and paths.
    @discardableResult
    public func appendOrderedKey(to bytes: inout [UInt8]) -> Bool {
        guard case .list(let elements) = self else { return appendScalarKey(to: &bytes) }
        let start = bytes.count
        bytes.append(orderRank)
        var index = 0
        while index < elements.count {
            if !elements[index].appendOrderedKey(to: &bytes) {
                bytes.removeSubrange(start...)
                return false
            }
            index += 1
        }
        bytes.append(0)
        return true
    }

    @inline(never)
    private func appendScalarKey(to bytes: inout [UInt8]) -> Bool {
        bytes.append(orderRank)
        switch self {
        case .null: break
        case .boolean(let known): bytes.append(known ? 1 : 0)
        case .integer(let number): OrderedBytes.append(number, to: &bytes)
        case .float(let number):
            if !number.isNaN { OrderedBytes.append(number, to: &bytes) }
        case .string(let text): OrderedBytes.append(text, to: &bytes)
        case .date(let date):
            OrderedBytes.append(date.daysSinceEpoch, size: 5, to: &bytes)
        case .localTime(let time):
            OrderedBytes.append(time.nanosecondOfDay, size: 6, to: &bytes)
        case .time(let time):
            OrderedBytes.append(time.nanosecondsSinceMidnightUTC, size: 7, to: &bytes)
            OrderedBytes.append(Int64(time.offsetInSeconds), size: 3, to: &bytes)
        case .localDateTime(let local):
            OrderedBytes.append(local.secondsSinceEpoch, size: 7, to: &bytes)
            OrderedBytes.append(Int64(local.nanosecond), size: 4, to: &bytes)
        case .dateTime(let zoned):
            OrderedBytes.append(zoned.secondsSinceEpoch, size: 7, to: &bytes)
            OrderedBytes.append(Int64(zoned.nanosecond), size: 4, to: &bytes)
            OrderedBytes.append(Int64(zoned.offsetInSeconds), size: 3, to: &bytes)
            OrderedBytes.append(zoned.zone?.text ?? "", to: &bytes)
        case .duration(let duration):
            OrderedBytes.append(duration.averageNanoseconds, to: &bytes)
            OrderedBytes.append(duration.months, size: 8, to: &bytes)
            OrderedBytes.append(duration.days, size: 8, to: &bytes)
        case .money(let money):
            OrderedBytes.append(Int64(money.currency.number), size: 2, to: &bytes)
            OrderedBytes.append(money.parts, to: &bytes)
        case .list, .map, .node, .relationship, .path:
            bytes.removeLast()
            return false
        }
        return true
    }
}

/// The parts of ordered keys.
enum OrderedBytes {
    /// From this double on, either way, an integer may lie between two doubles.
    static let firstInexact = 0x1p53

    /// Appends the low `size` bytes of `number`, its sign bit flipped, big-endian.
    static func append(_ number: Int64, size: Int, to bytes: inout [UInt8]) {
        let flipped = UInt64(bitPattern: number) ^ (1 << UInt64(size * 8 - 1))
        append(flipped << UInt64(64 - size * 8), size: size, to: &bytes)
    }

    static func append(_ number: Int128, to bytes: inout [UInt8]) {
        append(Int64(truncatingIfNeeded: number >> 64), size: 8, to: &bytes)
        append(
            Int64(truncatingIfNeeded: number) ^ Int64.min, size: 8, to: &bytes)
    }

    /// Appends an integer as a number: the largest double not above it, and the rest.
    static func append(_ number: Int64, to bytes: inout [UInt8]) {
        var double = Double(number)
        // Rounding may have gone up, even to 2⁶³, which is not an integer of the language.
        if double >= 0x1p63 || Int64(double) > number { double = double.nextDown }
        append(bits: double, to: &bytes)
        if double.magnitude >= firstInexact {
            append(rest: UInt16(truncatingIfNeeded: number - Int64(double)), to: &bytes)
        }
    }

    static func append(_ number: Double, to bytes: inout [UInt8]) {
        append(bits: number, to: &bytes)
        if number.magnitude >= firstInexact { append(rest: 0, to: &bytes) }
    }

    private static func append(rest: UInt16, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: rest >> 8))
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func append(bits number: Double, to bytes: inout [UInt8]) {
        // Adding zero makes -0.0 the same key as 0.0.
        let pattern = (number + 0.0).bitPattern
        append(pattern >> 63 == 1 ? ~pattern : pattern | 1 << 63, size: 8, to: &bytes)
    }

    /// Appends the high `size` bytes of `bits`, big-endian.
    private static func append(_ bits: UInt64, size: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: bits.bigEndian) { all in
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: all[0..<size]))
        }
    }

    static func append(_ text: String, to bytes: inout [UInt8]) {
        if text.utf8.contains(0) {
            for byte in text.utf8 {
                bytes.append(byte)
                if byte == 0 { bytes.append(0xFF) }
            }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(0)
        bytes.append(1)
    }
}
