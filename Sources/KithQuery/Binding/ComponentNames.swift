import KithLanguage

/// The names behind the point of dates, times, durations and money, such as `date.year`.
enum ComponentNames {
    private static let dates = [
        "year", "quarter", "month", "week", "weekYear", "day", "ordinalDay", "weekDay",
        "dayOfWeek", "dayOfQuarter",
    ]
    private static let times = [
        "hour", "minute", "second", "millisecond", "microsecond", "nanosecond",
    ]
    private static let zones = ["timezone", "offset", "offsetMinutes", "offsetSeconds"]
    private static let durations = [
        "years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds",
        "milliseconds", "microseconds", "nanoseconds", "quartersOfYear", "monthsOfQuarter",
        "monthsOfYear", "daysOfWeek", "minutesOfHour", "secondsOfMinute", "millisecondsOfSecond",
        "microsecondsOfSecond", "nanosecondsOfSecond",
    ]

    /// The names by the kind of value.
    static let byKind: [(kind: StaticType.Kinds, names: [String])] = [
        (.date, dates), (.localTime, times), (.time, times + zones),
        (.localDateTime, dates + times),
        (.dateTime, dates + times + zones + ["epochSeconds", "epochMillis"]),
        (.duration, durations), (.money, ["amount", "currency"]),
    ]

    /// The names that values of some of `kinds` have.
    static func names(of kinds: StaticType.Kinds) -> [String] {
        byKind.filter { !kinds.isDisjoint(with: $0.kind) }.flatMap { $0.names }
    }
}

extension Binder {
    /// Warns of a component that no value of this type has.
    func warnUnknownComponent(_ key: Name, of type: StaticType) {
        guard !type.kinds.isEmpty, type.isAlways([.instant, .duration, .money]) else { return }
        let names = ComponentNames.names(of: type.kinds)
        guard !names.contains(key.text) else { return }
        warn(
            "UnknownProperty", "\(type.kinds.words) has no `\(key.text)`", key.span,
            Suggestions.nearest(to: key.text, among: names))
    }
}
