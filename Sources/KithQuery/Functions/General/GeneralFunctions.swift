import KithValues

/// Functions of any value, and of none.
enum GeneralFunctions {
    static let all: [ScalarFunction] = [
        ScalarFunction(
            "coalesce", [.init("values", .any)], isVariadic: true, result: .any,
            propagatesNull: false, summary: "Gives the first of its arguments that is not null."
        ) { arguments, _ in
            arguments.first { !$0.isNull } ?? .null
        },
        ScalarFunction(
            "nullIf", [.init("value", .any), .init("unwanted", .any)], result: .any,
            propagatesNull: false,
            summary: "Gives null when both arguments are equal, else the first argument."
        ) { arguments, _ in
            Value.cypherEquals(arguments[0], arguments[1]) == .yes ? .null : arguments[0]
        },
        ScalarFunction(
            "exists", [.init("value", .any)], result: .boolean, propagatesNull: false,
            summary: "Tells whether a property is there."
        ) { arguments, _ in
            .boolean(!arguments[0].isNull)
        },
        ScalarFunction(
            "valueType", [.init("value", .any)], result: .string, propagatesNull: false,
            summary: "Gives the name of the most precise type that contains a value."
        ) { arguments, _ in
            .string(ValueTypeName.name(of: arguments[0]))
        },
        ScalarFunction(
            "rand", [], result: .float, isDeterministic: false,
            summary: "Gives a random number from 0 up to, but without, 1."
        ) { _, context in
            .float(Double(context.nextRandom() >> 11) * 0x1p-53)
        },
        ScalarFunction(
            "randomUUID", [], result: .string, isDeterministic: false,
            summary: "Gives a random universally unique identifier."
        ) { _, context in
            .string(randomIdentifier(context.nextRandom(), context.nextRandom()))
        },
    ]

    /// A UUID of version 4, variant 1 from 128 random bits.
    private static func randomIdentifier(_ high: UInt64, _ low: UInt64) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let first = high & ~0xF000 | 0x4000
        let second = low & ~(0b11 << 62) | 0b10 << 62
        var text: [UInt8] = []
        for position in 0..<32 {
            if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
            let word = position < 16 ? first : second
            text.append(digits[Int(word >> (60 - UInt64(position % 16) * 4) & 0xF)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
