import KithValues

/// The functions on money.
enum MoneyFunctions {
    /// All of them.
    static let all: [ScalarFunction] = [
        ScalarFunction(
            "money",
            [
                .init("amount", StaticType([.string, .integer, .float, .money])),
                .init("currency", .string),
            ],
            requiredCount: 1, result: StaticType(.money),
            summary: "An amount of a currency, from a text or a number and an ISO 4217 code."
        ) { arguments, _ throws(ValueError) in
            guard arguments.count > 1 else { return .money(try whole(arguments[0])) }
            guard case .string(let code) = arguments[1] else {
                throw .invalidType("a currency is a string, not a \(arguments[1].kind.name)")
            }
            guard let currency = Currency(code) else {
                throw .invalidArgument("a currency is an ISO 4217 code such as EUR")
            }
            return .money(try amount(arguments[0], currency))
        }
    ]

    /// Money from one text that has both amount and currency.
    private static func whole(_ value: Value) throws(ValueError) -> Money {
        switch value {
        case .money(let money): return money
        case .string(let text): return try Money(parsing: text)
        default:
            throw .invalidArgument("money needs a currency: money(12.5, 'EUR')")
        }
    }

    private static func amount(_ value: Value, _ currency: Currency) throws(ValueError) -> Money {
        switch value {
        case .string(let text): return try Money(parsing: text, currency: currency)
        case .integer(let number): return Money(units: number, currency: currency)
        case .float(let number): return try Money(amount: number, currency: currency)
        case .money(let money):
            guard money.currency == currency else { throw .currencyMismatch }
            return money
        default:
            throw .invalidType("an amount is a text or a number, not a \(value.kind.name)")
        }
    }
}
