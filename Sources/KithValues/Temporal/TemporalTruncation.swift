/// A unit to which temporal values are truncated.
public enum TruncationUnit: String, CaseIterable, Sendable {
    /// A thousand years.
    case millennium
    /// A hundred years.
    case century
    /// Ten years.
    case decade
    /// A calendar year.
    case year
    /// A year of ISO weeks.
    case weekYear
    /// Three months.
    case quarter
    /// A calendar month.
    case month
    /// An ISO week, from Monday.
    case week
    /// A day.
    case day
    /// An hour.
    case hour
    /// A minute.
    case minute
    /// A second.
    case second
    /// A thousandth of a second.
    case millisecond
    /// A millionth of a second.
    case microsecond

    /// The unit with a name, whatever the case of its letters.
    ///
    /// - Throws: ``ValueError`` when there is none.
    public init(named name: String) throws(ValueError) {
        let wanted = name.lowercased()
        guard let unit = Self.allCases.first(where: { $0.rawValue.lowercased() == wanted }) else {
            throw .invalidArgument(
                "the unit to truncate to is not known; there are "
                    + TruncationUnit.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = unit
    }

    /// Nanoseconds in the unit; nil for a day and longer.
    fileprivate var nanoseconds: Int64? {
        switch self {
        case .hour: 3_600_000_000_000
        case .minute: 60_000_000_000
        case .second: 1_000_000_000
        case .millisecond: 1_000_000
        case .microsecond: 1_000
        default: nil
        }
    }

    fileprivate func truncate(_ date: CalendarDate) -> CalendarDate? {
        let parts = date.yearMonthDay
        func year(every length: Int64) -> CalendarDate? {
            CalendarDate(year: floorDivide(parts.year, length) * length, month: 1, day: 1)
        }
        switch self {
        case .millennium: return year(every: 1_000)
        case .century: return year(every: 100)
        case .decade: return year(every: 10)
        case .year: return year(every: 1)
        case .weekYear:
            return CalendarDate(exactly: CalendarDate.firstMonday(ofWeekYear: date.weekYear))
        case .quarter:
            return CalendarDate(year: parts.year, month: date.quarter * 3 - 2, day: 1)
        case .month: return CalendarDate(year: parts.year, month: parts.month, day: 1)
        case .week: return date.adding(days: 1 - date.weekDay)
        default: return date
        }
    }

    fileprivate func truncate(_ time: LocalTime) -> LocalTime {
        guard let nanoseconds else { return .midnight }
        return LocalTime(nanosecondOfDay: time.nanosecondOfDay / nanoseconds * nanoseconds)
    }
}

extension TemporalContext {
    /// `value` truncated to `unit`, then some components set, as a value of `kind`.
    ///
    /// - Throws: ``ValueError`` when `value` is not temporal or lacks the date or time that the
    ///   kind needs, when the unit is shorter than the kind can tell, or when a component does not
    ///   fit.
    public func truncate(
        _ value: Value, to unit: TruncationUnit, setting overrides: ValueMap, as kind: ValueKind
    ) throws(ValueError) -> Value {
        guard let parts = TemporalParts(value) else {
            throw .invalidArgument("only dates and times can be truncated, not \(value.kind.name)")
        }
        let fields = try TemporalFields(overrides, zones: zones)
        try fields.refuse(TemporalFields.epochFields, in: "truncated value")
        guard fields.date == nil, fields.time == nil else {
            throw .invalidArgument("a truncated value takes no `date`, `time` or `datetime`")
        }
        switch kind {
        case .date:
            guard unit.nanoseconds == nil else {
                throw .invalidArgument("a date cannot be truncated to less than a day")
            }
            try fields.refuse(TemporalFields.timeFields, in: "date")
            return .date(try truncatedDate(parts, unit, fields))
        case .localTime:
            return .localTime(try truncatedTime(parts, unit, fields))
        case .time:
            let time = try truncatedTime(parts, unit, fields)
            let zone = fields.timezone ?? parts.offset.map { .offset($0) } ?? defaultZone
            return .time(ZonedTime(local: time, offsetInSeconds: try offset(of: zone)))
        case .localDateTime:
            return .localDateTime(try truncatedLocal(parts, unit, fields))
        default:
            let local = try truncatedLocal(parts, unit, fields)
            let zone = fields.timezone ?? parts.zone ?? defaultZone
            return .dateTime(
                try ZonedDateTime.resolve(
                    local, in: zone, preferredOffset: parts.offset, zones: zones))
        }
    }

    private func truncatedDate(
        _ parts: TemporalParts, _ unit: TruncationUnit, _ fields: TemporalFields
    ) throws(ValueError) -> CalendarDate {
        guard let date = parts.date else {
            throw .invalidArgument("a time has no date to truncate")
        }
        guard let truncated = unit.truncate(date) else { throw .dateOutOfRange }
        return try fields.makeDate(base: truncated)
    }

    private func truncatedTime(
        _ parts: TemporalParts, _ unit: TruncationUnit, _ fields: TemporalFields
    ) throws(ValueError) -> LocalTime {
        guard let time = parts.time else {
            throw .invalidArgument("a date has no time to truncate")
        }
        guard unit.nanoseconds != nil || unit == .day else {
            throw .invalidArgument("a time cannot be truncated to more than a day")
        }
        try fields.refuse(TemporalFields.dateFields, in: "time")
        return try fields.makeTime(base: unit.truncate(time), addsFractions: true)
    }

    private func truncatedLocal(
        _ parts: TemporalParts, _ unit: TruncationUnit, _ fields: TemporalFields
    ) throws(ValueError) -> LocalDateTime {
        LocalDateTime(
            date: try truncatedDate(parts, unit, fields),
            time: try fields.makeTime(
                base: unit.truncate(parts.time ?? .midnight), addsFractions: true))
    }
}
