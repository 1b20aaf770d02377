/// The compact stored form of values: one tag byte, then the content.
///
/// On disk: never renumber.
///
/// | tag | kind | content |
/// | --- | --- | --- |
/// | 0 | null | |
/// | 1, 2 | false, true | |
/// | 3 | integer | signed varint |
/// | 4 | float | 8 bytes, little-endian |
/// | 5 | string | varint length, UTF-8 |
/// | 6 | list | varint count, the elements |
/// | 7 | map | varint count, for each entry the key as a string without tag, and the value |
/// | 8, 9 | node, relationship | varint id |
/// | 10 | path | varint length; the node ids; the relationship ids |
/// | 11 | date | signed varint of days |
/// | 12 | local time | varint of nanoseconds |
/// | 13 | time | varint of nanoseconds, signed varint of the offset |
/// | 14 | local date and time | signed varint of seconds, varint of the nanosecond |
/// | 15 | date and time at an offset | as 14, in UTC, then signed varint of the offset |
/// | 16 | date and time in a named zone | as 15, then the name as a string without tag |
/// | 17 | duration | signed varints of months, days and seconds, varint of the nanosecond |
/// | 18 | money | 2 bytes of the currency, little-endian; signed varint of the parts |
///
/// A varint has seven bits a byte, the lowest first, the high bit set on all bytes but the last; a
/// signed one is zigzag: 0, -1, 1, -2, …
extension Value {
    /// Appends the compact stored form: one tag byte and the content.
    ///
    /// Every kind can be encoded, entities as their ids.
    public func appendStored(to bytes: inout [UInt8]) {
        if case .list(let elements) = self {
            bytes.append(6)
            StoredBytes.append(UInt64(elements.count), to: &bytes)
            var index = 0
            while index < elements.count {
                elements[index].appendStored(to: &bytes)
                index += 1
            }
        } else if case .map(let map) = self {
            bytes.append(7)
            StoredBytes.append(UInt64(map.count), to: &bytes)
            var index = 0
            while index < map.count {
                StoredBytes.append(map.entries[index].key, to: &bytes)
                map.entries[index].value.appendStored(to: &bytes)
                index += 1
            }
        } else {
            appendStoredScalar(to: &bytes)
        }
    }

    @inline(never)
    private func appendStoredScalar(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(0)
        case .boolean(let known): bytes.append(known ? 2 : 1)
        case .integer(let number): StoredBytes.append(tag: 3, number, to: &bytes)
        case .float(let number):
            bytes.append(4)
            withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        case .string(let text):
            bytes.append(5)
            StoredBytes.append(text, to: &bytes)
        case .list, .map: preconditionFailure("the caller writes what nests")
        case .node(let id):
            bytes.append(8)
            StoredBytes.append(id.rawValue, to: &bytes)
        case .relationship(let id):
            bytes.append(9)
            StoredBytes.append(id.rawValue, to: &bytes)
        case .path(let path):
            bytes.append(10)
            StoredBytes.append(UInt64(path.length), to: &bytes)
            for node in path.nodes { StoredBytes.append(node.rawValue, to: &bytes) }
            for relationship in path.relationships {
                StoredBytes.append(relationship.rawValue, to: &bytes)
            }
        case .date(let date): StoredBytes.append(tag: 11, date.daysSinceEpoch, to: &bytes)
        case .localTime, .time, .localDateTime, .dateTime, .duration, .money:
            appendStoredTemporalOrMoney(to: &bytes)
        }
    }

    private func appendStoredTemporalOrMoney(to bytes: inout [UInt8]) {
        switch self {
        case .localTime(let time):
            bytes.append(12)
            StoredBytes.append(UInt64(time.nanosecondOfDay), to: &bytes)
        case .time(let time):
            bytes.append(13)
            StoredBytes.append(UInt64(time.local.nanosecondOfDay), to: &bytes)
            StoredBytes.append(signed: Int128(time.offsetInSeconds), to: &bytes)
        case .localDateTime(let local):
            StoredBytes.append(tag: 14, local.secondsSinceEpoch, to: &bytes)
            StoredBytes.append(UInt64(local.nanosecond), to: &bytes)
        case .dateTime(let zoned):
            StoredBytes.append(
                tag: zoned.zone == nil ? 15 : 16, zoned.secondsSinceEpoch, to: &bytes)
            StoredBytes.append(UInt64(zoned.nanosecond), to: &bytes)
            StoredBytes.append(signed: Int128(zoned.offsetInSeconds), to: &bytes)
            if let zone = zoned.zone { StoredBytes.append(zone.text, to: &bytes) }
        case .duration(let duration):
            StoredBytes.append(tag: 17, duration.months, to: &bytes)
            StoredBytes.append(signed: Int128(duration.days), to: &bytes)
            StoredBytes.append(signed: Int128(duration.seconds), to: &bytes)
            StoredBytes.append(UInt64(duration.nanosecond), to: &bytes)
        case .money(let money):
            bytes.append(18)
            bytes.append(UInt8(truncatingIfNeeded: money.currency.number))
            bytes.append(UInt8(truncatingIfNeeded: money.currency.number >> 8))
            StoredBytes.append(signed: money.parts, to: &bytes)
        default: preconditionFailure("only the kinds that the caller lists come here")
        }
    }
}

/// The parts of stored values.
enum StoredBytes {
    static func append(tag: UInt8, _ number: Int64, to bytes: inout [UInt8]) {
        bytes.append(tag)
        append(UInt64(bitPattern: (number << 1) ^ (number >> 63)), to: &bytes)
    }

    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var left = number
        while left >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }

    static func append(signed number: Int128, to bytes: inout [UInt8]) {
        var left = UInt128(bitPattern: (number << 1) ^ (number >> 127))
        while left >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }

    static func append(_ text: String, to bytes: inout [UInt8]) {
        append(UInt64(text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }
}
