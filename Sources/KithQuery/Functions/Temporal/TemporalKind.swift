import KithValues

/// The kinds of value that are made from texts, maps, other values and the clock alike.
enum TemporalKind: String, CaseIterable, Sendable {
    case date, localtime, time, localdatetime, datetime

    private var valueKind: ValueKind {
        switch self {
        case .date: .date
        case .localtime: .localTime
        case .time: .time
        case .localdatetime: .localDateTime
        case .datetime: .dateTime
        }
    }

    private var result: StaticType {
        switch self {
        case .date: StaticType(.date)
        case .localtime: StaticType(.localTime)
        case .time: StaticType(.time)
        case .localdatetime: StaticType(.localDateTime)
        case .datetime: StaticType(.dateTime)
        }
    }

    private var words: String {
        switch self {
        case .date: "date"
        case .localtime: "local time"
        case .time: "time with an offset"
        case .localdatetime: "local date and time"
        case .datetime: "date and time with a zone"
        }
    }

    private func make(_ argument: Value, _ context: TemporalContext) throws(ValueError) -> Value {
        switch self {
        case .date: .date(try context.date(argument))
        case .localtime: .localTime(try context.localTime(argument))
        case .time: .time(try context.time(argument))
        case .localdatetime: .localDateTime(try context.localDateTime(argument))
        case .datetime: .dateTime(try context.dateTime(argument))
        }
    }

    /// `date()` and its kin: from the clock, a text, a map or another value.
    var constructor: ScalarFunction {
        let input = StaticType(StaticType.Kinds.instant.union([.string, .map]))
        return ScalarFunction(
            rawValue, [.init("input", input)], requiredCount: 0, result: result,
            isDeterministic: false,
            summary: "A \(words) from a text, a map of components, another value or the clock."
        ) { arguments, context throws(ValueError) in
            let temporal = try TemporalContext(context, at: context.statementTime)
            guard let argument = arguments.first else {
                return try make(.dateTime(temporal.now), temporal)
            }
            return try make(argument, temporal)
        }
    }

    /// `date.truncate()` and its kin.
    var truncation: ScalarFunction {
        ScalarFunction(
            rawValue + ".truncate",
            [
                .init("unit", .string), .init("input", StaticType(.instant)),
                .init("components", .map),
            ],
            requiredCount: 1, result: result, isDeterministic: false,
            summary: "A \(words) truncated to a unit such as 'month', then some components set."
        ) { arguments, context throws(ValueError) in
            guard case .string(let name) = arguments[0] else {
                throw .invalidType("the unit to truncate to is a string")
            }
            let temporal = try TemporalContext(context, at: context.statementTime)
            var components = ValueMap()
            if arguments.count > 2 {
                guard case .map(let map) = arguments[2] else {
                    throw .invalidType("the components of a truncated value are a map")
                }
                components = map
            }
            return try temporal.truncate(
                arguments.count > 1 ? arguments[1] : .dateTime(temporal.now),
                to: try TruncationUnit(named: name), setting: components, as: valueKind)
        }
    }

    /// `date.transaction()` and its kin, optionally with a zone.
    func clockFunction(_ clock: TemporalClock) -> ScalarFunction {
        ScalarFunction(
            "\(rawValue).\(clock.rawValue)", [.init("timezone", .string)], requiredCount: 0,
            result: result, isDeterministic: false,
            summary: "The \(words) of the clock \(clock.words)."
        ) { arguments, context throws(ValueError) in
            let temporal = try TemporalContext(context, at: clock.time(context))
            guard let zone = arguments.first else {
                return try make(.dateTime(temporal.now), temporal)
            }
            return try make(.map(ValueMap([("timezone", zone)])), temporal)
        }
    }
}

/// Which moment a function of the clock gives.
enum TemporalClock: String, CaseIterable, Sendable {
    case transaction, statement, realtime

    fileprivate var words: String {
        switch self {
        case .transaction: "when the transaction began"
        case .statement: "when the statement began"
        case .realtime: "now"
        }
    }

    fileprivate func time(_ context: any FunctionContext) -> Instant {
        switch self {
        case .transaction: context.transactionTime
        case .statement: context.statementTime
        case .realtime: context.realTime
        }
    }
}

extension TemporalContext {
    /// The context of a running statement whose clock shows `instant`.
    ///
    /// - Throws: ``ValueError`` when the default zone is unknown.
    init(_ context: any FunctionContext, at instant: Instant) throws(ValueError) {
        let utc = try TemporalContext.dateTime(
            epochSeconds: instant.seconds, nanosecond: Int64(instant.nanoseconds))
        // Coordinated universal time is known without any files.
        let isUTC = ["UTC", "Z", "Etc/UTC"].contains(context.defaultZone.text)
        let zone: TimeZone = isUTC ? .utc : .named(context.defaultZone)
        self.init(now: try utc.converted(to: zone), defaultZone: zone)
    }
}
