extension CalendarDuration: CustomStringConvertible {
    /// `P12Y5M14DT16H13M10.000000001S`; nothing at all is `PT0S`.
    public var description: String {
        var text = "P"
        func append(_ number: Int128, _ unit: String) {
            guard number != 0 else { return }
            text += String(number)
            text += unit
        }
        append(Int128(months / 12), "Y")
        append(Int128(months % 12), "M")
        append(Int128(days), "D")
        let total = totalNanoseconds
        if total != 0 {
            text += "T"
            let perSecond: Int128 = 1_000_000_000
            append(total / (3_600 * perSecond), "H")
            append(total / (60 * perSecond) % 60, "M")
            let rest = total % (60 * perSecond)
            if rest != 0 {
                if rest < 0 { text += "-" }
                text += String((rest / perSecond).magnitude)
                TemporalText.appendFraction(
                    nanosecond: Int64((rest % perSecond).magnitude), to: &text)
                text += "S"
            }
        }
        return text == "P" ? "PT0S" : text
    }

    /// Reads a duration such as `P1Y2M10DT2H30M`, `P2.5W` or `P2012-02-02T14:37:21.545`; any part
    /// may have a sign and a fraction.
    ///
    /// - Throws: ``ValueError`` when the text is no duration or a part does not fit.
    public init(parsing text: String) throws(ValueError) {
        guard let duration = DurationParsing.duration(Array(text.utf8)) else {
            throw .invalidArgument("the text is not a duration such as P1Y2M10DT2H30M")
        }
        self = duration
    }
}

/// Reads durations.
private enum DurationParsing {
    static func duration(_ bytes: [UInt8]) -> CalendarDuration? {
        var scanner = ByteScanner(bytes)
        let isNegative = scanner.take(UInt8(ascii: "-"))
        if !isNegative { _ = scanner.take(UInt8(ascii: "+")) }
        guard scanner.take(UInt8(ascii: "P")), !scanner.isAtEnd else { return nil }
        let result =
            scanner.digitCount >= 4 ? dateForm(scanner) ?? units(&scanner) : units(&scanner)
        return isNegative ? result?.negated : result
    }

    private static func units(_ scanner: inout ByteScanner) -> CalendarDuration? {
        var sum = DurationSum()
        guard read(&scanner, ["Y", "M", "W", "D"], isTime: false, &sum) else { return nil }
        if scanner.take(UInt8(ascii: "T")) {
            guard !scanner.isAtEnd, read(&scanner, ["H", "M", "S"], isTime: true, &sum) else {
                return nil
            }
        }
        return scanner.isAtEnd ? sum.duration : nil
    }

    /// Reads numbers with their units, which must come in the given order.
    private static func read(
        _ scanner: inout ByteScanner, _ units: [Unicode.Scalar], isTime: Bool,
        _ sum: inout DurationSum
    ) -> Bool {
        var left = units[...]
        while let byte = scanner.peek, byte != UInt8(ascii: "T") {
            let isNegative = scanner.take(UInt8(ascii: "-"))
            if !isNegative { _ = scanner.take(UInt8(ascii: "+")) }
            var digits = DecimalDigits()
            guard digits.read(&scanner, allowsComma: true), let unit = scanner.next(),
                let place = left.firstIndex(of: Unicode.Scalar(unit)),
                let number = ExactDecimal(
                    coefficient: isNegative ? -digits.coefficient : digits.coefficient,
                    exponent: digits.exponent
                ).fraction
            else { return false }
            let kind: DurationUnit
            switch (left[place], isTime) {
            case ("Y", _): kind = .years
            case ("M", false): kind = .months
            case ("W", _): kind = .weeks
            case ("D", _): kind = .days
            case ("H", _): kind = .hours
            case ("M", true): kind = .minutes
            default: kind = .seconds
            }
            left = left[(place + 1)...]
            guard sum.add(number.numerator, over: number.denominator, kind) else { return false }
        }
        return true
    }

    /// Reads `2012-02-02T14:37:21.545`, where each part is a plain count.
    private static func dateForm(_ start: ByteScanner) -> CalendarDuration? {
        var scanner = start
        guard scanner.digitCount == 4, let years = scanner.number(digits: 4),
            scanner.take(UInt8(ascii: "-")), let months = scanner.number(digits: 2),
            scanner.take(UInt8(ascii: "-")), let days = scanner.number(digits: 2), months <= 12,
            days <= 31
        else { return nil }
        var time = LocalTime.midnight
        if scanner.take(UInt8(ascii: "T")) {
            guard let read = TemporalParsing.time(&scanner) else { return nil }
            time = read
        }
        guard scanner.isAtEnd else { return nil }
        return CalendarDuration(
            months: years * 12 + months, days: days, seconds: time.secondOfDay,
            nanosecond: Int32(time.nanosecond))
    }
}

/// The units in which durations are given.
enum DurationUnit: CaseIterable {
    case years, quarters, months, weeks, days
    case hours, minutes, seconds, milliseconds, microseconds, nanoseconds

    var name: String {
        switch self {
        case .years: "years"
        case .quarters: "quarters"
        case .months: "months"
        case .weeks: "weeks"
        case .days: "days"
        case .hours: "hours"
        case .minutes: "minutes"
        case .seconds: "seconds"
        case .milliseconds: "milliseconds"
        case .microseconds: "microseconds"
        case .nanoseconds: "nanoseconds"
        }
    }
}

extension DurationSum {
    /// Adds `numerator` / `denominator` units; false when that does not fit.
    mutating func add(
        _ numerator: Int128, over denominator: Int128, _ unit: DurationUnit
    ) -> Bool {
        func times(_ factor: Int128) -> Int128? {
            let (product, overflow) = numerator.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        switch unit {
        case .years: return times(12).map { addMonths($0, over: denominator) } ?? false
        case .quarters: return times(3).map { addMonths($0, over: denominator) } ?? false
        case .months: return addMonths(numerator, over: denominator)
        case .weeks: return times(7).map { addDays($0, over: denominator) } ?? false
        case .days: return addDays(numerator, over: denominator)
        case .hours: return addNanoseconds(numerator, each: 3_600_000_000_000, over: denominator)
        case .minutes: return addNanoseconds(numerator, each: 60_000_000_000, over: denominator)
        case .seconds: return addNanoseconds(numerator, each: 1_000_000_000, over: denominator)
        case .milliseconds: return addNanoseconds(numerator, each: 1_000_000, over: denominator)
        case .microseconds: return addNanoseconds(numerator, each: 1_000, over: denominator)
        case .nanoseconds: return addNanoseconds(numerator, each: 1, over: denominator)
        }
    }
}
