extension Value {
    /// A component of a temporal value, a duration or money under its name in the language, such as
    /// `year` or `millisecondsOfSecond`.
    ///
    /// - Returns: nil when this kind of value has no component of that name.
    public func component(_ name: String) -> Value? {
        switch self {
        case .date(let date): return date.component(name)
        case .localTime(let time): return time.component(name)
        case .time(let time): return time.local.component(name) ?? time.component(name)
        case .localDateTime(let local):
            return local.date.component(name) ?? local.time.component(name)
        case .dateTime(let zoned): return zoned.component(name)
        case .duration(let duration): return duration.component(name)
        case .money(let money):
            switch name {
            case "amount": return .float(money.approximateAmount)
            case "currency": return .string(money.currency.code)
            default: return nil
            }
        default: return nil
        }
    }

    /// Whether values of this kind have components, as ``component(_:)`` gives them.
    public var hasComponents: Bool {
        switch self {
        case .date, .localTime, .time, .localDateTime, .dateTime, .duration, .money: true
        default: false
        }
    }
}

extension CalendarDate {
    fileprivate func component(_ name: String) -> Value? {
        switch name {
        case "year": .integer(year)
        case "quarter": .integer(quarter)
        case "month": .integer(month)
        case "week": .integer(week)
        case "weekYear": .integer(weekYear)
        case "day": .integer(day)
        case "ordinalDay": .integer(ordinalDay)
        case "weekDay", "dayOfWeek": .integer(weekDay)
        case "dayOfQuarter": .integer(dayOfQuarter)
        default: nil
        }
    }
}

extension LocalTime {
    fileprivate func component(_ name: String) -> Value? {
        switch name {
        case "hour": .integer(hour)
        case "minute": .integer(minute)
        case "second": .integer(second)
        case "millisecond": .integer(nanosecond / 1_000_000)
        case "microsecond": .integer(nanosecond / 1_000)
        case "nanosecond": .integer(nanosecond)
        default: nil
        }
    }
}

extension ZonedTime {
    fileprivate func component(_ name: String) -> Value? {
        switch name {
        case "timezone", "offset":
            var text = ""
            TemporalText.appendOffset(offsetInSeconds, to: &text)
            return .string(text)
        case "offsetMinutes": return .integer(Int64(offsetInSeconds / 60))
        case "offsetSeconds": return .integer(Int64(offsetInSeconds))
        default: return nil
        }
    }
}

extension ZonedDateTime {
    fileprivate func component(_ name: String) -> Value? {
        switch name {
        case "epochSeconds": return .integer(secondsSinceEpoch)
        case "epochMillis": return millisecondsSinceEpoch.map { .integer($0) } ?? .null
        case "timezone":
            if let zone { return .string(zone.text) }
            return time.component(name)
        default:
            let clock = local
            return clock.date.component(name) ?? clock.time.component(name)
                ?? time.component(name)
        }
    }
}

extension CalendarDuration {
    fileprivate func component(_ name: String) -> Value? {
        let fraction = Int64(nanosecond)
        switch name {
        case "years": return .integer(months / 12)
        case "quarters": return .integer(months / 3)
        case "months": return .integer(months)
        case "weeks": return .integer(days / 7)
        case "days": return .integer(days)
        case "hours": return .integer(seconds / 3_600)
        case "minutes": return .integer(seconds / 60)
        case "seconds": return .integer(seconds)
        case "milliseconds": return total(perSecond: 1_000)
        case "microseconds": return total(perSecond: 1_000_000)
        case "nanoseconds": return total(perSecond: 1_000_000_000)
        case "quartersOfYear": return .integer(months / 3 % 4)
        case "monthsOfQuarter": return .integer(months % 3)
        case "monthsOfYear": return .integer(months % 12)
        case "daysOfWeek": return .integer(days % 7)
        case "minutesOfHour": return .integer(seconds / 60 % 60)
        case "secondsOfMinute": return .integer(seconds % 60)
        case "millisecondsOfSecond": return .integer(fraction / 1_000_000)
        case "microsecondsOfSecond": return .integer(fraction / 1_000)
        case "nanosecondsOfSecond": return .integer(fraction)
        default: return nil
        }
    }

    /// Seconds and nanoseconds in a smaller unit; null when that does not fit.
    private func total(perSecond: Int128) -> Value {
        let (quotient, _) = (totalNanoseconds * perSecond).dividedRoundingDown(by: 1_000_000_000)
        return Int64(exactly: quotient).map { .integer($0) } ?? .null
    }
}
