import Glibc
import KithValues

/// Reads numbers, booleans and amounts straight from bytes; nil where the bytes are none.
///
/// Spaces around a value are allowed by the callers, who trim first.
enum FieldNumbers {
    /// A 64-bit integer in decimal, with an optional sign.
    @inline(__always)
    static func integer(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        var index = 0
        var isNegative = false
        if count > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            isNegative = bytes[0] == UInt8(ascii: "-")
            index = 1
        }
        guard count > index else { return nil }
        guard count &- index <= 18 else { return longInteger(bytes, count) }
        var magnitude: Int64 = 0
        while index < count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            magnitude = magnitude &* 10 &+ Int64(digit)
            index &+= 1
        }
        return isNegative ? 0 &- magnitude : magnitude
    }

    /// As `integer`, eight digits at a time; eight bytes after the first must be readable, whatever
    /// they are.
    @inline(__always)
    static func paddedInteger(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        let raw = UnsafeRawPointer(bytes)
        if count <= 8, count > 0 {
            if let value = digits(raw, count) { return Int64(truncatingIfNeeded: value) }
        } else if count <= 16, count > 8 {
            if let high = digits(raw, count &- 8), let low = digits(raw + (count &- 8), 8) {
                return Int64(truncatingIfNeeded: high &* 100_000_000 &+ low)
            }
        }
        return integer(bytes, count)
    }

    /// The number that 1 to 8 digits mean; nil if one of them is none.
    @inline(__always)
    private static func digits(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64? {
        let zeros: UInt64 = 0x3030_3030_3030_3030
        let shift = UInt64(8 &- count) &* 8
        // The first digit is in the lowest byte; zeros go before it.
        var word = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) &<< shift
        word |= zeros & ((1 &<< shift) &- 1)
        let upper: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        guard word & upper == zeros, (word &+ 0x0606_0606_0606_0606) & upper == zeros else {
            return nil
        }
        // Pairs, then fours, then all eight of them.
        word &= 0x0F0F_0F0F_0F0F_0F0F
        word = (word &* 10 &+ word &>> 8) & 0x00FF_00FF_00FF_00FF
        word = (word &* 100 &+ word &>> 16) & 0x0000_FFFF_0000_FFFF
        return (word &* 10_000 &+ word &>> 32) & 0xFFFF_FFFF
    }

    /// As `integer`, for as many digits as there are.
    private static func longInteger(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        var index = bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") ? 1 : 0
        let isNegative = bytes[0] == UInt8(ascii: "-")
        var value: Int64 = 0
        while index < count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (tenfold, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (next, passed) =
                isNegative
                ? tenfold.subtractingReportingOverflow(Int64(digit))
                : tenfold.addingReportingOverflow(Int64(digit))
            guard !overflowed, !passed else { return nil }
            value = next
            index += 1
        }
        return value
    }

    /// A double, rounded to the nearest as IEEE 754 asks, whatever the number of digits; nil for numbers
    /// beyond the range of doubles, which would silently become infinite.
    ///
    /// `NaN`, `Infinity` and `-Infinity` are read too, in any case.
    static func double(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        var index = 0
        var isNegative = false
        if count > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            isNegative = bytes[0] == UInt8(ascii: "-")
            index = 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var fractionDigits = 0
        var hasPoint = false
        while index < count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                digits &+= 1
                if hasPoint { fractionDigits &+= 1 }
            } else if bytes[index] == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                return slowDouble(bytes, count)
            }
            index &+= 1
        }
        // Both the digits and the power of ten are exact doubles here, so one division rounds once.
        guard digits > 0 else { return slowDouble(bytes, count) }
        guard digits <= 15, fractionDigits <= 22 else { return slowDouble(bytes, count) }
        let magnitude = Double(mantissa) / powersOfTen[fractionDigits]
        return isNegative ? -magnitude : magnitude
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// Exponents, long mantissas and names, through the standard library, which rounds correctly.
    private static func slowDouble(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        guard count > 0, count < 4096 else { return nil }
        let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
        let isName = !text.utf8.contains { $0 &- UInt8(ascii: "0") <= 9 }
        if isName {
            switch text.lowercased() {
            case "nan": return .nan
            case "infinity", "+infinity", "inf": return .infinity
            case "-infinity", "-inf": return -.infinity
            default: return nil
            }
        }
        guard let number = decimal(text), number.isFinite else { return nil }
        return number
    }

    /// Whether the bytes are a number beyond the range of doubles.
    static func isBeyondDoubles(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count < 4096 else { return false }
        let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
        return decimal(text)?.isInfinite ?? false
    }

    /// Hexadecimal floats are no form of a number in delimited text.
    private static func decimal(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { byte in
            byte &- UInt8(ascii: "0") <= 9 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e")
                || byte == UInt8(ascii: "E") || byte == UInt8(ascii: "+")
                || byte == UInt8(ascii: "-")
        }
        return isDecimal ? Double(text) : nil
    }

    /// `true`, `false` and their usual abbreviations, in any case.
    static func boolean(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool? {
        guard count > 0, count <= 5 else { return nil }
        // Lower-case ASCII letters, packed; no digit is changed by the added bit.
        var word: UInt64 = 0
        for index in 0..<count { word = word << 8 | UInt64(bytes[index] | 0x20) }
        switch word {
        case 0x7472_7565, 0x7965_73, 0x74, 0x79, 0x31: return true
        case 0x66_616C_7365, 0x6E6F, 0x66, 0x6E, 0x30: return false
        default: return nil
        }
    }

    /// Whether the bytes are `true` or `false`, in any case: what inference takes for a boolean.
    static func isSpelledOutBoolean(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        (count == 4 || count == 5) && boolean(bytes, count) != nil
    }

    /// An exact amount in parts of 10^-18 of a unit.
    static func moneyParts(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int128? {
        var index = 0
        var isNegative = false
        if count > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            isNegative = bytes[0] == UInt8(ascii: "-")
            index = 1
        }
        var value: Int128 = 0
        var digits = 0
        var places = -1
        while index < count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            if digit <= 9 {
                if places >= 0 {
                    guard places < Money.decimalPlacesMax else { return nil }
                    places += 1
                }
                digits += 1
                guard digits <= 36 else { return nil }
                value = value * 10 + Int128(digit)
            } else if bytes[index] == UInt8(ascii: "."), places < 0 {
                places = 0
            } else {
                return nil
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        for _ in max(0, places)..<Money.decimalPlacesMax {
            let (tenfold, overflowed) = value.multipliedReportingOverflow(by: 10)
            guard !overflowed else { return nil }
            value = tenfold
        }
        return isNegative ? -value : value
    }
}
