import CShims

/// Text of fields: trimming, doubled quotes, validity.
enum FieldText {
    /// The field's bytes as a string, doubled quotes made one; nil where they are no UTF-8.
    static func string(
        _ field: TextField, base: UnsafePointer<UInt8>, quote: UInt8
    ) -> String? {
        let bytes = UnsafeBufferPointer(start: base + field.start, count: field.length)
        guard field.hasDoubledQuotes else { return String(validating: bytes, as: UTF8.self) }
        return String(validating: withoutDoubledQuotes(bytes, quote: quote), as: UTF8.self)
    }

    /// A copy of `bytes` in which every doubled quote is one.
    static func withoutDoubledQuotes(
        _ bytes: UnsafeBufferPointer<UInt8>, quote: UInt8
    ) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            plain.append(bytes[index])
            let isPair =
                bytes[index] == quote && index + 1 < bytes.count && bytes[index + 1] == quote
            index += isPair ? 2 : 1
        }
        return plain
    }

    /// The range of a field without spaces and tabs around it.
    @inline(__always)
    static func trimmed(
        _ field: TextField, base: UnsafePointer<UInt8>
    ) -> (start: UnsafePointer<UInt8>, count: Int) {
        var start = base + field.start
        var count = field.length
        while count > 0, start[count &- 1] == 0x20 || start[count &- 1] == 0x09 { count &-= 1 }
        while count > 0, start[0] == 0x20 || start[0] == 0x09 {
            start += 1
            count &-= 1
        }
        return (start, count)
    }

    /// Whether the bytes are UTF-8: shortest forms, no surrogates, nothing past U+10FFFF.
    static func isUTF8(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        if kith_is_ascii(bytes, count) { return true }
        var index = 0
        while index < count {
            let lead = bytes[index]
            if lead < 0x80 {
                index &+= 1
                continue
            }
            let length: Int
            var low: UInt8 = 0x80
            var high: UInt8 = 0xBF
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, low) = (3, 0xA0)
            case 0xED: (length, high) = (3, 0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, low) = (4, 0x90)
            case 0xF4: (length, high) = (4, 0x8F)
            case 0xF1...0xF3: length = 4
            default: return false
            }
            guard index &+ length <= count else { return false }
            guard bytes[index &+ 1] >= low, bytes[index &+ 1] <= high else { return false }
            var next = 2
            while next < length {
                guard bytes[index &+ next] & 0xC0 == 0x80 else { return false }
                next &+= 1
            }
            index &+= length
        }
        return true
    }
}
