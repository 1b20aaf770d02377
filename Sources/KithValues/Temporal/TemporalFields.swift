/// The components from which a map makes a temporal value.
struct TemporalFields {
    /// A component that is a whole number.
    enum Field: String, CaseIterable {
        case year, month, day, week, dayOfWeek, quarter, dayOfQuarter, ordinalDay
        case hour, minute, second, millisecond, microsecond, nanosecond
        case epochSeconds, epochMillis
    }

    private var numbers: [Field: Int64] = [:]
    /// A temporal value whose date is taken.
    private(set) var date: Value?
    /// A temporal value whose time, and zone if it has one, is taken.
    private(set) var time: Value?
    /// The zone that the result shall have.
    private(set) var timezone: TimeZone?

    private static let fields: [String: Field] = Dictionary(
        uniqueKeysWithValues: Field.allCases.map { ($0.rawValue.lowercased(), $0) })

    /// Reads a map.
    ///
    /// - Throws: ``ValueError`` when a key or the kind of its value does not fit.
    init(_ map: ValueMap, zones: TimeZoneDatabase) throws(ValueError) {
        for entry in map.entries {
            let key = entry.key.lowercased()
            if let field = Self.fields[key] {
                guard case .integer(let number) = entry.value else {
                    throw .invalidArgument("`\(field.rawValue)` must be an integer")
                }
                numbers[field] = number
                continue
            }
            switch key {
            case "date": date = entry.value
            case "time": time = entry.value
            case "datetime":
                date = entry.value
                time = entry.value
            case "timezone":
                guard case .string(let text) = entry.value else {
                    throw .invalidArgument("`timezone` must be a string")
                }
                timezone = try TemporalParsing.zone(text, zones)
            default:
                throw .invalidArgument("a map of date and time components has an unknown key")
            }
        }
    }

    subscript(field: Field) -> Int64? { numbers[field] }

    /// Whether no component but perhaps the zone is given.
    var isEmptyButZone: Bool { numbers.isEmpty && date == nil && time == nil }

    /// Refuses components that the kind to be made does not have.
    func refuse(_ refused: [Field], in kind: String) throws(ValueError) {
        for field in refused where numbers[field] != nil {
            throw .invalidArgument("a \(kind) has no component `\(field.rawValue)`")
        }
    }

    static let timeFields: [Field] = [
        .hour, .minute, .second, .millisecond, .microsecond, .nanosecond,
    ]
    static let dateFields: [Field] = [
        .year, .month, .day, .week, .dayOfWeek, .quarter, .dayOfQuarter, .ordinalDay,
    ]
    static let epochFields: [Field] = [.epochSeconds, .epochMillis]
}

extension TemporalFields {
    /// The date that the components give, those of `base` where they are missing.
    ///
    /// - Throws: ``ValueError`` when components are missing, do not go together or name no day.
    func makeDate(base: CalendarDate?) throws(ValueError) -> CalendarDate {
        let groups: [[Field]] = [
            [.month, .day], [.week, .dayOfWeek], [.quarter, .dayOfQuarter], [.ordinalDay],
        ]
        let used = groups.filter { $0.contains { numbers[$0] != nil } }
        guard used.count <= 1 else {
            throw .invalidArgument(
                "month, week, quarter and ordinal day are four ways to name a day; give one")
        }
        if base == nil {
            guard numbers[.year] != nil else { throw .invalidArgument("`year` is missing") }
            try require(.month, for: .day)
            try require(.week, for: .dayOfWeek)
            try require(.quarter, for: .dayOfQuarter)
        }
        guard let date = namedDay(group: used.first?.first, base) else {
            let isPlain = used.first?.first == nil || used.first?.first == .month
            let year = numbers[.year] ?? base?.year ?? 0
            let reason =
                isPlain && CalendarDate.isValid(year: year)
                ? CalendarDate.impossibleDay(
                    year: year, month: numbers[.month] ?? base?.month ?? 1,
                    day: numbers[.day] ?? 1) : nil
            throw .invalidArgument(reason ?? "the calendar has no such day")
        }
        return date
    }

    private func namedDay(group: Field?, _ base: CalendarDate?) -> CalendarDate? {
        let year = numbers[.year] ?? base?.year ?? 0
        switch group {
        case .week:
            return CalendarDate(
                weekYear: numbers[.year] ?? base?.weekYear ?? 0,
                week: numbers[.week] ?? base?.week ?? 1,
                dayOfWeek: numbers[.dayOfWeek] ?? base?.weekDay ?? 1)
        case .quarter:
            return CalendarDate(
                year: year, quarter: numbers[.quarter] ?? base?.quarter ?? 1,
                dayOfQuarter: numbers[.dayOfQuarter] ?? base?.dayOfQuarter ?? 1)
        case .ordinalDay:
            return CalendarDate(year: year, ordinalDay: numbers[.ordinalDay] ?? 1)
        default:
            let month = numbers[.month] ?? base?.month ?? 1
            if let day = numbers[.day] {
                return CalendarDate(year: year, month: month, day: day)
            }
            guard CalendarDate.isValid(year: year), (1...12).contains(month) else { return nil }
            // A day taken over from another month is cut to the length of this one.
            let day = min(base?.day ?? 1, CalendarDate.lengthOfMonth(month, year: year))
            return CalendarDate(year: year, month: month, day: day)
        }
    }

    /// The time that the components give, those of `base` where they are missing.
    ///
    /// Fractions of a second replace those of `base`, or add to them if `addsFractions` says so, as
    /// they do after truncation.
    ///
    /// - Throws: ``ValueError`` when components are missing or out of range.
    func makeTime(base: LocalTime?, addsFractions: Bool = false) throws(ValueError) -> LocalTime {
        if base == nil {
            try require(.hour, for: .minute)
            try require(.minute, for: .second)
            for field in [Field.millisecond, .microsecond, .nanosecond] {
                try require(.second, for: field)
            }
        }
        let fraction = try fractionOfSecond()
        var nanosecond = fraction ?? base?.nanosecond ?? 0
        if addsFractions, let fraction, let base { nanosecond = base.nanosecond + fraction }
        guard
            let time = LocalTime(
                hour: numbers[.hour] ?? base?.hour ?? 0,
                minute: numbers[.minute] ?? base?.minute ?? 0,
                second: numbers[.second] ?? base?.second ?? 0, nanosecond: nanosecond)
        else { throw .invalidArgument("a component of the time is out of range") }
        return time
    }

    /// Milliseconds, microseconds and nanoseconds together; nil when none is given.
    private func fractionOfSecond() throws(ValueError) -> Int64? {
        let milliseconds = numbers[.millisecond]
        let microseconds = numbers[.microsecond]
        let nanoseconds = numbers[.nanosecond]
        if milliseconds == nil && microseconds == nil && nanoseconds == nil { return nil }
        let microsecondsMax: Int64 = milliseconds == nil ? 999_999 : 999
        let nanosecondsMax: Int64 =
            microseconds != nil ? 999 : milliseconds != nil ? 999_999 : 999_999_999
        guard (0...999).contains(milliseconds ?? 0),
            (0...microsecondsMax).contains(microseconds ?? 0),
            (0...nanosecondsMax).contains(nanoseconds ?? 0)
        else { throw .invalidArgument("a component of the time is out of range") }
        return (milliseconds ?? 0) * 1_000_000 + (microseconds ?? 0) * 1_000 + (nanoseconds ?? 0)
    }

    private func require(_ needed: Field, for field: Field) throws(ValueError) {
        guard numbers[field] != nil, numbers[needed] == nil else { return }
        throw .invalidArgument("`\(field.rawValue)` needs `\(needed.rawValue)`")
    }
}
