/// Upper and lower case by the Unicode properties of single scalars, without a locale.
enum CaseMapping {
    static func uppercased(_ text: String) -> String {
        map(text, asciiRange: UInt8(ascii: "a")...UInt8(ascii: "z")) { $0.uppercaseMapping }
    }

    static func lowercased(_ text: String) -> String {
        map(text, asciiRange: UInt8(ascii: "A")...UInt8(ascii: "Z")) { $0.lowercaseMapping }
    }

    /// Maps ASCII by flipping one bit of the letters in `asciiRange`, anything else by `mapping`.
    private static func map(
        _ text: String, asciiRange: ClosedRange<UInt8>,
        _ mapping: (Unicode.Scalar.Properties) -> String
    ) -> String {
        let isASCII = UTF8Text.withBytes(text) { bytes in bytes.allSatisfy { $0 < 0x80 } }
        if isASCII {
            return UTF8Text.withBytes(text) { bytes in
                String(unsafeUninitializedCapacity: bytes.count) { mapped in
                    for (position, byte) in bytes.enumerated() {
                        mapped[position] = asciiRange.contains(byte) ? byte ^ 0x20 : byte
                    }
                    return bytes.count
                }
            }
        }
        var mapped = ""
        mapped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            mapped.unicodeScalars.append(contentsOf: mapping(scalar.properties).unicodeScalars)
        }
        return mapped
    }

    /// What scalars that differ only in case have in common.
    static func folded(_ scalar: UInt32) -> UInt32 {
        if scalar < 0x80 {
            return scalar &- 0x41 < 26 ? scalar | 0x20 : scalar
        }
        guard let known = Unicode.Scalar(scalar) else { return scalar }
        // By way of upper case, so that the long s, the Kelvin sign and final sigma meet theirs.
        let upper = single(known.properties.uppercaseMapping) ?? known
        let lower = single(upper.properties.lowercaseMapping) ?? upper
        return lower.value
    }

    private static func single(_ mapping: String) -> Unicode.Scalar? {
        var scalars = mapping.unicodeScalars.makeIterator()
        let first = scalars.next()
        return scalars.next() == nil ? first : nil
    }
}
