import KithValues

extension Value {
    /// The value that JSON means: objects with `$type` are what JSON has no form for, as the pipe
    /// protocol encodes them. Nil where an object of that kind means nothing.
    package init?(json: JSONValue) {
        switch json {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .integer(let number): self = .integer(number)
        case .float(let number): self = .float(number)
        case .string(let text): self = .string(text)
        case .array(let elements):
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements {
                guard let value = Value(json: element) else { return nil }
                values.append(value)
            }
            self = .list(values)
        case .object(let members):
            guard let type = json["$type"]?.text else {
                guard let map = ValueMap(json: members) else { return nil }
                self = .map(map)
                return
            }
            guard let value = Self.typed(type, json) else { return nil }
            self = value
        }
    }

    private static func typed(_ type: String, _ json: JSONValue) -> Value? {
        switch type {
        case "Map": return json["entries"]?.members.flatMap(ValueMap.init(json:)).map { .map($0) }
        case "Money":
            guard let amount = json["amount"]?.text,
                let currency = json["currency"]?.text.flatMap({ Currency($0) }),
                let money = try? Money(parsing: amount, currency: currency)
            else { return nil }
            return .money(money)
        default: return json["value"]?.text.flatMap { read(type, $0) }
        }
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
}

extension ValueMap {
    fileprivate init?(json members: [JSONValue.Member]) {
        var pairs: [(String, Value)] = []
        for member in members {
            guard let value = Value(json: member.value) else { return nil }
            pairs.append((member.name, value))
        }
        self.init(pairs)
    }
}

/// Writes values as the JSON that ``KithValues/Value/init(json:)`` reads.
enum JSONText {
    /// Appends a string in quotes.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += Array("\\\"".utf8)
            case UInt8(ascii: "\\"): bytes += Array("\\\\".utf8)
            case ..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += Array("\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a value that can be stored; what cannot is null.
    static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .null, .node, .relationship, .path: bytes += Array("null".utf8)
        case .boolean(let flag): bytes += Array((flag ? "true" : "false").utf8)
        case .integer(let number): bytes += Array(String(number).utf8)
        case .float(let number):
            if number.isFinite {
                bytes += Array("\(number)".utf8)
            } else {
                append(type: "Float", value.plainText ?? "NaN", to: &bytes)
            }
        case .string(let text): append(text, to: &bytes)
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .map(let map):
            bytes += Array("{\"$type\":\"Map\",\"entries\":{".utf8)
            for (index, entry) in map.entries.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(entry.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                append(entry.value, to: &bytes)
            }
            bytes += Array("}}".utf8)
        case .money(let money):
            bytes += Array("{\"$type\":\"Money\",\"amount\":\"\(money.amountText)\",".utf8)
            bytes += Array("\"currency\":\"\(money.currency.code)\"}".utf8)
        case .date, .localTime, .time, .localDateTime, .dateTime, .duration:
            append(type: value.kind.name, value.plainText ?? "", to: &bytes)
        }
    }

    private static func append(type: String, _ text: String, to bytes: inout [UInt8]) {
        bytes += Array("{\"$type\":\"\(type)\",\"value\":".utf8)
        append(text, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }
}
