import Kith
import KithGraph

extension Value {
    /// The value that JSON of the pipe protocol means.
    ///
    /// - Throws: `StatementProblem` with `ArgumentError`/`InvalidArgumentValue` where it means none.
    init(pipe json: JSONValue) throws(StatementProblem) {
        switch json {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .integer(let number): self = .integer(number)
        case .float(let number): self = .float(number)
        case .string(let text): self = .string(text)
        case .array(let elements):
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try Value(pipe: element)) }
            self = .list(values)
        case .object(let members):
            if let type = json["$type"]?.text {
                self = try Value(type: type, json)
            } else {
                self = .map(try ValueMap(pipe: members))
            }
        }
    }

    private init(type: String, _ json: JSONValue) throws(StatementProblem) {
        if type == "Map" {
            guard let members = json["entries"]?.members else { throw Self.wrong(type) }
            self = .map(try ValueMap(pipe: members))
            return
        }
        if type == "Money" {
            guard let amount = json["amount"]?.text, let code = json["currency"]?.text,
                let currency = Currency(code),
                let money = try? Money(parsing: amount, currency: currency)
            else { throw Self.wrong(type) }
            self = .money(money)
            return
        }
        guard let text = json["value"]?.text, let value = Self.read(type, text) else {
            throw Self.wrong(type)
        }
        self = value
    }

    private static func read(_ type: String, _ text: String) -> Value? {
        switch type {
        case "Float":
            switch text {
            case "NaN": .float(.nan)
            case "Infinity": .float(.infinity)
            case "-Infinity": .float(-.infinity)
            default: nil
            }
        case "Date": (try? CalendarDate(parsing: text)).map { .date($0) }
        case "LocalTime": (try? LocalTime(parsing: text)).map { .localTime($0) }
        case "Time": (try? ZonedTime(parsing: text)).map { .time($0) }
        case "LocalDateTime": (try? LocalDateTime(parsing: text)).map { .localDateTime($0) }
        case "DateTime": (try? ZonedDateTime(parsing: text)).map { .dateTime($0) }
        case "Duration": (try? CalendarDuration(parsing: text)).map { .duration($0) }
        default: nil
        }
    }

    private static func wrong(_ type: String) -> StatementProblem {
        StatementProblem(
            type: "ArgumentError", detail: "InvalidArgumentValue", phase: "compile",
            message: "a parameter has an object with `$type` \(type) that means no value")
    }
}

extension ValueMap {
    fileprivate init(pipe members: [JSONValue.Member]) throws(StatementProblem) {
        var pairs: [(String, Value)] = []
        for member in members { pairs.append((member.name, try Value(pipe: member.value))) }
        self.init(pairs)
    }
}
