import KithValues

/// Reads fields of the rarer types one by one.
struct FieldValueReader {
    /// The quote, or 0 where none means anything.
    let quote: UInt8

    /// The value of a field that is not null; nil where it holds no value of the type.
    func value(
        of field: TextField, type: ColumnType, base: UnsafePointer<UInt8>,
        currency: TextField? = nil
    ) -> Value? {
        if case .list(let element, let separator) = type {
            return list(field, element, separator, base)
        }
        let (start, count) = FieldText.trimmed(field, base: base)
        if case .moneyWithCurrencyColumn = type {
            guard let currency else { return nil }
            let (codeStart, codeCount) = FieldText.trimmed(currency, base: base)
            let code = String(
                decoding: UnsafeBufferPointer(start: codeStart, count: codeCount), as: UTF8.self)
            return value(start, count, .money(currency: code))
        }
        if case .value = type {
            guard let text = FieldText.string(field, base: base, quote: quote),
                let json = try? JSONReader.read(Array(text.utf8)),
                let value = Value(json: json), Self.canBeProperty(value),
                (try? value.checkNesting()) != nil
            else { return nil }
            return value
        }
        if case .string = type {
            return FieldText.string(field, base: base, quote: quote).map { .string($0) }
        }
        return value(start, count, type)
    }

    private func value(
        _ start: UnsafePointer<UInt8>, _ count: Int, _ type: ColumnType
    ) -> Value? {
        switch type {
        case .integer: return FieldNumbers.integer(start, count).map { .integer($0) }
        case .float: return FieldNumbers.double(start, count).map { .float($0) }
        case .boolean: return FieldNumbers.boolean(start, count).map { .boolean($0) }
        case .string:
            let bytes = UnsafeBufferPointer(start: start, count: count)
            return String(validating: bytes, as: UTF8.self).map { .string($0) }
        case .date:
            return FieldTimes.date(start, count, allowsBasic: true)
                .map { .date(CalendarDate(daysSinceEpoch: $0)) }
        case .localTime:
            guard let time = FieldTimes.time(start, count), time.offsetInSeconds == nil else {
                return nil
            }
            return .localTime(LocalTime(nanosecondOfDay: time.nanosecondOfDay))
        case .time:
            return FieldTimes.time(start, count).map { time in
                .time(
                    ZonedTime(
                        local: LocalTime(nanosecondOfDay: time.nanosecondOfDay),
                        offsetInSeconds: time.offsetInSeconds ?? 0))
            }
        case .localDateTime:
            guard let read = dateAndTime(start, count), read.offsetInSeconds == nil else {
                return nil
            }
            return .localDateTime(read.local)
        case .dateTime:
            if let read = dateAndTime(start, count) { return .dateTime(read.zoned) }
            // What is rarer (week dates, named zones) is read as the language reads it.
            let bytes = UnsafeBufferPointer(start: start, count: count)
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            return (try? ZonedDateTime(parsing: text)).map { .dateTime($0) }
        case .duration:
            let bytes = UnsafeBufferPointer(start: start, count: count)
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            return (try? CalendarDuration(parsing: text)).map { .duration($0) }
        case .money(let currency): return money(start, count, currency)
        case .moneyWithCurrencyColumn, .list, .value: return nil
        }
    }

    /// Whether a property can have the value: no maps, and none in lists.
    private static func canBeProperty(_ value: Value) -> Bool {
        switch value {
        case .map: false
        case .list(let elements): elements.allSatisfy(canBeProperty)
        default: true
        }
    }

    /// A date alone is its midnight.
    private func dateAndTime(
        _ start: UnsafePointer<UInt8>, _ count: Int
    ) -> FieldTimes.DateAndTime? {
        if let days = FieldTimes.date(start, count) {
            return FieldTimes.DateAndTime(days: days, nanosecondOfDay: 0, offsetInSeconds: nil)
        }
        return FieldTimes.dateAndTime(start, count)
    }

    private func money(
        _ start: UnsafePointer<UInt8>, _ count: Int, _ code: String?
    ) -> Value? {
        var amountCount = count
        var currency = code
        if code == nil {
            // The currency is the text's last three letters.
            guard count > 3 else { return nil }
            amountCount = count - 3
            currency = String(
                decoding: UnsafeBufferPointer(start: start + amountCount, count: 3), as: UTF8.self)
            while amountCount > 0, start[amountCount - 1] == 0x20 { amountCount -= 1 }
        }
        guard let found = currency.flatMap({ Currency($0) }),
            let parts = FieldNumbers.moneyParts(start, amountCount)
        else { return nil }
        return .money(Money(parts: parts, currency: found))
    }

    private func list(
        _ field: TextField, _ element: ColumnType, _ separator: UInt8, _ base: UnsafePointer<UInt8>
    ) -> Value? {
        let range = UnsafeBufferPointer(start: base + field.start, count: field.length)
        let bytes =
            field.hasDoubledQuotes
            ? FieldText.withoutDoubledQuotes(range, quote: quote) : Array(range)
        guard !bytes.isEmpty else { return .list([]) }
        var values: [Value] = []
        for part in bytes.split(separator: separator, omittingEmptySubsequences: false) {
            let copy = Array(part) + [0]
            let whole = TextField(start: 0, end: part.count)
            let read = copy.withUnsafeBufferPointer { buffer -> Value? in
                guard let start = buffer.baseAddress else { return nil }
                return value(of: whole, type: element, base: start)
            }
            guard let value = read else { return nil }
            values.append(value)
        }
        return .list(values)
    }
}
