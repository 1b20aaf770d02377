import KithValues

extension ColumnType {
    /// The type that a manifest or a typed header names; nil if none.
    ///
    /// - Parameters:
    ///   - name: `integer`, `money:EUR`, `string[]`, or one of the names of other tools' headers.
    ///   - separator: The byte between the values of a list.
    init?(named name: String, separator: UInt8 = UInt8(ascii: ";")) {
        if name.hasSuffix("[]") {
            guard let element = ColumnType(named: String(name.dropLast(2))), !element.isList else {
                return nil
            }
            self = .list(of: element, separator: separator)
            return
        }
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts[0].lowercased() == "money" {
            self = .money(currency: String(parts[1]))
            return
        }
        switch name.lowercased() {
        case "integer", "int", "long", "short", "byte": self = .integer
        case "float", "double": self = .float
        case "boolean", "bool": self = .boolean
        case "string", "char", "text": self = .string
        case "date": self = .date
        case "localtime": self = .localTime
        case "time": self = .time
        case "localdatetime": self = .localDateTime
        case "datetime": self = .dateTime
        case "duration": self = .duration
        case "money": self = .money(currency: nil)
        case "value": self = .value
        default: return nil
        }
    }

    /// The type in the words of a manifest.
    var name: String {
        switch self {
        case .integer: "integer"
        case .float: "float"
        case .boolean: "boolean"
        case .string: "string"
        case .date: "date"
        case .localTime: "localtime"
        case .time: "time"
        case .localDateTime: "localdatetime"
        case .dateTime: "datetime"
        case .duration: "duration"
        case .money(let currency): currency.map { "money:\($0)" } ?? "money"
        case .moneyWithCurrencyColumn: "money"
        case .value: "value"
        case .list(let element, _): element.name + "[]"
        }
    }

    /// What a value of the type is called in a sentence.
    var describedValue: String {
        switch self {
        case .integer: "an integer"
        case .float: "a number"
        case .boolean: "a boolean"
        case .string: "text"
        case .date: "a date like 2024-02-29"
        case .localTime, .time: "a time like 12:30:00"
        case .localDateTime, .dateTime: "a date and time like 2024-02-29T12:30:00"
        case .duration: "a duration like P1DT2H"
        case .money(currency: nil): "an amount with a currency like 12.50 EUR"
        case .money, .moneyWithCurrencyColumn: "an amount like 12.50"
        case .value: "a value in JSON that a property can have"
        case .list(let element, _): "a list of which each value is \(element.describedValue)"
        }
    }

    var isList: Bool {
        if case .list = self { return true }
        return false
    }
}

extension ColumnType {
    /// Refuses money of a currency that does not exist.
    func checkCurrency(_ place: String) throws(ImportError) {
        switch self {
        case .money(let code?):
            guard Currency(code) != nil else {
                throw ImportError(.invalidPlan, "\(place): `\(code)` is no ISO 4217 currency code")
            }
        case .list(let element, _): try element.checkCurrency(place)
        default: break
        }
    }
}
