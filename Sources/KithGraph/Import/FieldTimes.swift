import KithValues

/// Reads dates and times in their ISO 8601 forms straight from bytes; nil where the bytes are none.
enum FieldTimes {
    /// A date and a time, with the offset from UTC where the text gives one.
    struct DateAndTime: Hashable {
        /// Days since 1970-01-01.
        let days: Int64
        /// Nanoseconds since midnight.
        let nanosecondOfDay: Int64
        /// Seconds east of UTC; nil where the text names no offset.
        let offsetInSeconds: Int32?

        /// The date and time without its offset.
        var local: LocalDateTime {
            LocalDateTime(
                secondsSinceEpoch: days * 86_400 + nanosecondOfDay / 1_000_000_000,
                nanosecond: Int32(nanosecondOfDay % 1_000_000_000))
        }

        /// The instant, in UTC where the text names no offset.
        var zoned: ZonedDateTime {
            let offset = offsetInSeconds ?? 0
            return ZonedDateTime(
                secondsSinceEpoch: local.secondsSinceEpoch - Int64(offset),
                nanosecond: local.nanosecond, offsetInSeconds: offset, zone: nil)
        }
    }

    /// `2024-02-29`; where `allowsBasic`, also `20240229`. Days since 1970-01-01.
    static func date(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, allowsBasic: Bool = false
    ) -> Int64? {
        if count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") {
            return days(
                year: digits(bytes, 4), month: digits(bytes + 5, 2), day: digits(bytes + 8, 2))
        }
        if allowsBasic, count == 8 {
            return days(
                year: digits(bytes, 4), month: digits(bytes + 4, 2), day: digits(bytes + 6, 2))
        }
        return nil
    }

    /// `2024-02-29T12:34:56.789+01:00`, with a space or a `t` for the `T`, and all after the minutes
    /// left out at will.
    static func dateAndTime(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> DateAndTime? {
        guard count >= 13, let days = date(bytes, 10) else { return nil }
        guard
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ")
                || bytes[10] == UInt8(ascii: "t")
        else { return nil }
        guard let (nanosecond, offset) = time(bytes + 11, count - 11) else { return nil }
        return DateAndTime(days: days, nanosecondOfDay: nanosecond, offsetInSeconds: offset)
    }

    /// `12:34`, `12:34:56.789`, `12`, each with an offset or without: nanoseconds and offset.
    static func time(
        _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) -> (nanosecondOfDay: Int64, offsetInSeconds: Int32?)? {
        guard count >= 2, let hour = digits(bytes, 2), hour < 24 else { return nil }
        var seconds = hour * 3600
        var nanosecond: Int64 = 0
        var index = 2
        if index + 2 < count, bytes[index] == UInt8(ascii: ":") {
            guard let minute = digits(bytes + index + 1, 2), minute < 60 else { return nil }
            seconds += minute * 60
            index += 3
            if index + 2 < count, bytes[index] == UInt8(ascii: ":") {
                guard let second = digits(bytes + index + 1, 2), second < 60 else { return nil }
                seconds += second
                index += 3
                if index < count,
                    bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",")
                {
                    index += 1
                    guard let fraction = fraction(bytes, count, &index) else { return nil }
                    nanosecond = fraction
                }
            }
        }
        let total = seconds * 1_000_000_000 + nanosecond
        guard index < count else { return (total, nil) }
        guard let offset = offset(bytes + index, count - index) else { return nil }
        return (total, offset)
    }

    private static func fraction(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ index: inout Int
    ) -> Int64? {
        var value: Int64 = 0
        var places = 0
        while index < count, bytes[index] &- UInt8(ascii: "0") <= 9 {
            guard places < 9 else { return nil }
            value = value * 10 + Int64(bytes[index] &- UInt8(ascii: "0"))
            places += 1
            index += 1
        }
        guard places > 0 else { return nil }
        for _ in places..<9 { value *= 10 }
        return value
    }

    /// `Z`, `+01:00`, `+0100` or `+01`, perhaps after a space.
    private static func offset(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32? {
        if bytes[0] == UInt8(ascii: " "), count > 1 { return offset(bytes + 1, count - 1) }
        if count == 1, bytes[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"), count >= 3 else {
            return nil
        }
        guard let hours = digits(bytes + 1, 2) else { return nil }
        var minutes: Int64? = 0
        switch count {
        case 3: break
        case 5: minutes = digits(bytes + 3, 2)
        case 6 where bytes[3] == UInt8(ascii: ":"): minutes = digits(bytes + 4, 2)
        default: return nil
        }
        guard let minutes, minutes < 60 else { return nil }
        let seconds = Int32(hours * 3600 + minutes * 60)
        guard seconds <= TemporalLimits.offsetMaxInSeconds else { return nil }
        return bytes[0] == UInt8(ascii: "-") ? -seconds : seconds
    }

    private static func digits(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for index in 0..<count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }

    /// Days since 1970-01-01 in the Gregorian calendar; nil where there is no such day.
    private static func days(year: Int64?, month: Int64?, day: Int64?) -> Int64? {
        guard let year, let month, let day, month >= 1, month <= 12, day >= 1 else { return nil }
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let monthLengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= monthLengths[Int(month) - 1] else { return nil }
        // Years begin in March here, so that the leap day is a year's last.
        let shiftedYear = month <= 2 ? year - 1 : year
        let shiftedMonth = month <= 2 ? month + 9 : month - 3
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let leapDays =
            floorDivision(shiftedYear, 4) - floorDivision(shiftedYear, 100)
            + floorDivision(shiftedYear, 400)
        let marchFirstOfYearZero: Int64 = -719_468
        return marchFirstOfYearZero + shiftedYear * 365 + leapDays + dayOfYear
    }

    private static func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
