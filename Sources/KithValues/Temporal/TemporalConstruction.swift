/// What making temporal values depends on besides their arguments.
public struct TemporalContext: Sendable {
    /// The time of the clock; it is only read where a value is made from nothing but a zone.
    public let now: ZonedDateTime
    /// The zone of values that are given none.
    public let defaultZone: TimeZone
    /// The rules of named zones.
    public let zones: TimeZoneDatabase

    /// Makes a context.
    public init(
        now: ZonedDateTime, defaultZone: TimeZone = .utc, zones: TimeZoneDatabase = .system
    ) {
        self.now = now
        self.defaultZone = defaultZone
        self.zones = zones
    }
}

extension TemporalContext {
    /// A date from a text, a map of components or a temporal value that has a date.
    ///
    /// - Throws: ``ValueError`` when the argument names no day.
    public func date(_ argument: Value) throws(ValueError) -> CalendarDate {
        switch argument {
        case .string(let text): return try CalendarDate(parsing: text)
        case .map(let map):
            let fields = try TemporalFields(map, zones: zones)
            if fields.isEmptyButZone {
                return try now.converted(to: fields.timezone ?? defaultZone, zones: zones).local
                    .date
            }
            try fields.refuse(TemporalFields.timeFields + TemporalFields.epochFields, in: "date")
            return try fields.makeDate(base: try selectedDate(fields))
        default:
            guard let date = TemporalParts(argument)?.date else { throw unusable(argument, "date") }
            return date
        }
    }

    /// A local time from a text, a map of components or a temporal value that has a time.
    ///
    /// - Throws: ``ValueError`` when the argument names no time.
    public func localTime(_ argument: Value) throws(ValueError) -> LocalTime {
        switch argument {
        case .string(let text): return try LocalTime(parsing: text)
        case .map(let map):
            let fields = try TemporalFields(map, zones: zones)
            if fields.isEmptyButZone {
                return try now.converted(to: fields.timezone ?? defaultZone, zones: zones).local
                    .time
            }
            try fields.refuse(
                TemporalFields.dateFields + TemporalFields.epochFields, in: "local time")
            let base = try selectedTime(fields)?.time
            guard base != nil || fields[.hour] != nil else { throw missing("hour") }
            return try fields.makeTime(base: base)
        default:
            guard let time = TemporalParts(argument)?.time else {
                throw unusable(argument, "local time")
            }
            return time
        }
    }

    /// A time with an offset from a text, a map of components or a temporal value that has a time.
    ///
    /// - Throws: ``ValueError`` when the argument names no time.
    public func time(_ argument: Value) throws(ValueError) -> ZonedTime {
        switch argument {
        case .string(let text):
            return try ZonedTime(parsing: text, defaultOffset: try offset(of: defaultZone))
        case .map(let map):
            let fields = try TemporalFields(map, zones: zones)
            if fields.isEmptyButZone {
                return try now.converted(to: fields.timezone ?? defaultZone, zones: zones).time
            }
            try fields.refuse(TemporalFields.dateFields + TemporalFields.epochFields, in: "time")
            let base = try selectedTime(fields)
            guard base != nil || fields[.hour] != nil else { throw missing("hour") }
            let local = try fields.makeTime(base: base?.time)
            let ownOffset = try offset(ofOptional: fields.timezone)
            guard let selected = base?.offset else {
                if let ownOffset { return ZonedTime(local: local, offsetInSeconds: ownOffset) }
                return ZonedTime(local: local, offsetInSeconds: try offset(of: defaultZone))
            }
            let time = ZonedTime(local: local, offsetInSeconds: selected)
            return ownOffset.map { time.converted(toOffset: $0) } ?? time
        default:
            guard let parts = TemporalParts(argument), let time = parts.time else {
                throw unusable(argument, "time")
            }
            if let offset = parts.offset { return ZonedTime(local: time, offsetInSeconds: offset) }
            return ZonedTime(local: time, offsetInSeconds: try offset(of: defaultZone))
        }
    }

    /// A local date and time from a text, a map of components or a temporal value that has a date.
    ///
    /// - Throws: ``ValueError`` when the argument names no date and time.
    public func localDateTime(_ argument: Value) throws(ValueError) -> LocalDateTime {
        switch argument {
        case .string(let text): return try LocalDateTime(parsing: text)
        case .map(let map):
            let fields = try TemporalFields(map, zones: zones)
            if fields.isEmptyButZone {
                return try now.converted(to: fields.timezone ?? defaultZone, zones: zones).local
            }
            try fields.refuse(TemporalFields.epochFields, in: "local date and time")
            return LocalDateTime(
                date: try fields.makeDate(base: try selectedDate(fields)),
                time: try fields.makeTime(base: try selectedTime(fields)?.time))
        default:
            guard let parts = TemporalParts(argument), let date = parts.date else {
                throw unusable(argument, "local date and time")
            }
            return LocalDateTime(date: date, time: parts.time ?? .midnight)
        }
    }

    /// A date and time with a zone from a text, a map of components or a temporal value that has a
    /// date.
    ///
    /// - Throws: ``ValueError`` when the argument names no date and time, or its zone is unknown.
    public func dateTime(_ argument: Value) throws(ValueError) -> ZonedDateTime {
        switch argument {
        case .string(let text):
            return try ZonedDateTime(parsing: text, defaultZone: defaultZone, zones: zones)
        case .map(let map):
            return try dateTime(try TemporalFields(map, zones: zones))
        case .dateTime(let zoned): return zoned
        default:
            guard let parts = TemporalParts(argument), let date = parts.date else {
                throw unusable(argument, "date and time")
            }
            let local = LocalDateTime(date: date, time: parts.time ?? .midnight)
            return try ZonedDateTime.resolve(local, in: defaultZone, zones: zones)
        }
    }

    private func dateTime(_ fields: TemporalFields) throws(ValueError) -> ZonedDateTime {
        if fields.isEmptyButZone {
            return try now.converted(to: fields.timezone ?? defaultZone, zones: zones)
        }
        if fields[.epochSeconds] != nil || fields[.epochMillis] != nil {
            return try instant(fields)
        }
        let base = try selectedTime(fields)
        let local = LocalDateTime(
            date: try fields.makeDate(base: try selectedDate(fields)),
            time: try fields.makeTime(base: base?.time))
        guard let selected = base?.zone else {
            return try ZonedDateTime.resolve(
                local, in: fields.timezone ?? defaultZone, zones: zones)
        }
        let zoned = try ZonedDateTime.resolve(
            local, in: selected, preferredOffset: base?.offset, zones: zones)
        guard let zone = fields.timezone else { return zoned }
        return try zoned.converted(to: zone, zones: zones)
    }

    /// A date and time from `epochSeconds` or `epochMillis`, with `nanosecond` added.
    private func instant(_ fields: TemporalFields) throws(ValueError) -> ZonedDateTime {
        let others =
            TemporalFields.dateFields
            + TemporalFields.timeFields.filter {
                $0 != .nanosecond
            }
        try fields.refuse(others, in: "date and time given by its epoch")
        let nanosecond = fields[.nanosecond] ?? 0
        let result: ZonedDateTime
        if let seconds = fields[.epochSeconds] {
            guard fields[.epochMillis] == nil else {
                throw .invalidArgument("give `epochSeconds` or `epochMillis`, not both")
            }
            result = try Self.dateTime(epochSeconds: seconds, nanosecond: nanosecond)
        } else {
            let milliseconds = fields[.epochMillis] ?? 0
            guard (0...999_999).contains(nanosecond) else {
                throw .invalidArgument("a component of the time is out of range")
            }
            result = try Self.dateTime(
                epochSeconds: floorDivide(milliseconds, 1_000),
                nanosecond: floorModulo(milliseconds, 1_000) * 1_000_000 + nanosecond)
        }
        return try result.converted(to: fields.timezone ?? defaultZone, zones: zones)
    }

    /// The instant that many seconds and nanoseconds after 1970-01-01T00:00 UTC, seen in UTC.
    ///
    /// - Throws: ``ValueError`` when it is out of range.
    public static func dateTime(
        epochSeconds: Int64, nanosecond: Int64
    ) throws(ValueError) -> ZonedDateTime {
        let carry = floorDivide(nanosecond, TemporalLimits.nanosecondsPerSecond)
        let (seconds, overflow) = epochSeconds.addingReportingOverflow(carry)
        guard !overflow,
            let result = ZonedDateTime(
                exactlySeconds: seconds,
                nanosecond: floorModulo(nanosecond, TemporalLimits.nanosecondsPerSecond),
                offsetInSeconds: 0)
        else { throw .dateOutOfRange }
        return result
    }

    /// A duration from a text or a map of amounts.
    ///
    /// - Throws: ``ValueError`` when the argument is no duration or a part does not fit.
    public static func duration(_ argument: Value) throws(ValueError) -> CalendarDuration {
        switch argument {
        case .string(let text): return try CalendarDuration(parsing: text)
        case .duration(let duration): return duration
        case .map(let map):
            var sum = DurationSum()
            for entry in map.entries {
                let key = entry.key.lowercased()
                guard let unit = DurationUnit.allCases.first(where: { $0.name == key }) else {
                    throw .invalidArgument("a map of amounts of time has an unknown key")
                }
                guard let fraction = try amount(entry.value, unit),
                    sum.add(fraction.numerator, over: fraction.denominator, unit)
                else { throw .durationOverflow }
            }
            guard let duration = sum.duration else { throw .durationOverflow }
            return duration
        default: throw unusable(argument, "duration")
        }
    }

    private static func amount(
        _ value: Value, _ unit: DurationUnit
    ) throws(ValueError) -> (numerator: Int128, denominator: Int128)? {
        switch value {
        case .integer(let number): return (Int128(number), 1)
        case .float(let number): return ExactDecimal(number)?.fraction
        default: throw .invalidArgument("`\(unit.name)` must be a number")
        }
    }

    /// The offset of a zone; that of a named zone is the one that it has now.
    func offset(of zone: TimeZone) throws(ValueError) -> Int32 {
        switch zone {
        case .offset(let offset): return offset
        case .named(let name): return try zones.rules(for: name).offset(at: now.secondsSinceEpoch)
        }
    }

    func offset(ofOptional zone: TimeZone?) throws(ValueError) -> Int32? {
        guard let zone else { return nil }
        return try offset(of: zone)
    }

    private func selectedDate(_ fields: TemporalFields) throws(ValueError) -> CalendarDate? {
        guard let value = fields.date else { return nil }
        guard let date = TemporalParts(value)?.date else { throw unusable(value, "date") }
        return date
    }

    private func selectedTime(_ fields: TemporalFields) throws(ValueError) -> TemporalParts? {
        guard let value = fields.time else { return nil }
        guard let parts = TemporalParts(value) else { throw unusable(value, "time") }
        return parts
    }
}

private func unusable(_ value: Value, _ wanted: String) -> ValueError {
    .invalidArgument("no \(wanted) can be made from a value of type \(value.kind.name)")
}

private func missing(_ component: String) -> ValueError {
    .invalidArgument("`\(component)` is missing")
}

extension ValueError {
    /// A part of a duration does not fit in 64 bits.
    public static let durationOverflow = ValueError(
        .argumentError, "NumberOutOfRange", "a part of the duration does not fit in 64 bits")
}
