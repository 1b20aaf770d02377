/// A currency under its ISO 4217 code of three capital letters.
public struct Currency: Hashable, Comparable, Sendable {
    /// The three letters as digits of base 26.
    ///
    /// On disk: never renumber.
    public let number: UInt16

    /// The currency with a code such as `EUR`; nil unless ISO 4217 lists it.
    public init?(_ code: String) {
        guard let number = Self.number(ofLetters: code), Self.isListed(number) else { return nil }
        self.number = number
    }

    /// The number of three letters A to Z; nil for any other text.
    static func number(ofLetters code: String) -> UInt16? {
        guard code.utf8.count == 3 else { return nil }
        var number: UInt16 = 0
        for byte in code.utf8 {
            guard (0x41...0x5A).contains(byte) else { return nil }
            number = number * 26 + UInt16(byte - 0x41)
        }
        return number
    }

    /// The currency with a number as it is stored; nil if no code has it. A file may have codes that
    /// were taken when it was written.
    public init?(number: UInt16) {
        guard number < 26 * 26 * 26 else { return nil }
        self.number = number
    }

    /// The code, such as `EUR`.
    public var code: String {
        var text = ""
        for divisor in [676, 26, 1] as [UInt16] {
            text.unicodeScalars.append(Unicode.Scalar(UInt8(number / divisor % 26) + 0x41))
        }
        return text
    }

    /// Orders by code.
    public static func < (left: Currency, right: Currency) -> Bool {
        left.number < right.number
    }
}

extension Currency {
    /// The decimal places of the currency's smallest unit, by ISO 4217; 2 for most.
    public var decimalPlaces: Int {
        Self.unusualPlaces[number] ?? 2
    }

    private static let unusualPlaces: [UInt16: Int] = {
        let codes: [(places: Int, codes: [String])] = [
            (
                0,
                [
                    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX",
                    "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
                ]
            ),
            (3, ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
            (4, ["CLF", "UYW"]),
        ]
        var places: [UInt16: Int] = [:]
        for group in codes {
            for code in group.codes {
                if let currency = Currency(code) { places[currency.number] = group.places }
            }
        }
        return places
    }()
}
