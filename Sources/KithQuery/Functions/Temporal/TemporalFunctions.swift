import KithValues

/// The functions that make dates, times and durations and calculate with them.
enum TemporalFunctions {
    /// All of them.
    static let all: [ScalarFunction] =
        TemporalKind.allCases.flatMap {
            [$0.constructor, $0.truncation] + TemporalClock.allCases.map($0.clockFunction)
        } + epochFunctions + durationFunctions

    /// Instants counted from 1970.
    private static let epochFunctions: [ScalarFunction] = [
        ScalarFunction(
            "datetime.fromEpoch", [.init("seconds", .number), .init("nanoseconds", .number)],
            result: StaticType(.dateTime),
            summary: "The date and time that many seconds and nanoseconds after 1970-01-01 UTC."
        ) { arguments, _ throws(ValueError) in
            .dateTime(
                try TemporalContext.dateTime(
                    epochSeconds: try wholeNumber(arguments[0]),
                    nanosecond: try wholeNumber(arguments[1])))
        },
        ScalarFunction(
            "datetime.fromEpochMillis", [.init("milliseconds", .number)],
            result: StaticType(.dateTime),
            summary: "The date and time that many milliseconds after 1970-01-01 UTC."
        ) { arguments, _ throws(ValueError) in
            let milliseconds = try wholeNumber(arguments[0])
            let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
            return .dateTime(
                try TemporalContext.dateTime(
                    epochSeconds: seconds, nanosecond: rest * 1_000_000))
        },
        ScalarFunction(
            "timestamp", [], result: .integer, isDeterministic: false,
            summary: "Milliseconds from 1970-01-01 UTC to the moment the statement began."
        ) { _, context in
            let time = context.statementTime
            return .integer(time.seconds * 1_000 + Int64(time.nanoseconds / 1_000_000))
        },
    ]

    /// Durations and the time between two values.
    private static let durationFunctions: [ScalarFunction] = [
        ScalarFunction(
            "duration", [.init("input", StaticType([.string, .map, .duration]))],
            result: StaticType(.duration),
            summary: "A duration from a text such as 'P1Y2M' or a map such as {years: 1}."
        ) { arguments, _ throws(ValueError) in
            .duration(try TemporalContext.duration(arguments[0]))
        },
        between("duration.between", .all, "The time from one value to another."),
        between("duration.inMonths", .months, "The whole months from one value to another."),
        between("duration.inDays", .days, "The whole days from one value to another."),
        between("duration.inSeconds", .seconds, "The seconds from one value to another."),
    ]

    private static func between(
        _ name: String, _ counting: CalendarDuration.Counting, _ summary: String
    ) -> ScalarFunction {
        let instant = StaticType(.instant)
        return ScalarFunction(
            name, [.init("from", instant), .init("to", instant)], result: StaticType(.duration),
            summary: summary
        ) { arguments, _ throws(ValueError) in
            .duration(
                try CalendarDuration.between(arguments[0], arguments[1], counting: counting))
        }
    }

    private static func wholeNumber(_ value: Value) throws(ValueError) -> Int64 {
        switch value {
        case .integer(let number): return number
        case .float(let number):
            guard let whole = Int64(exactly: number.rounded(.towardZero)) else {
                throw .dateOutOfRange
            }
            return whole
        default: throw .invalidType("a number is needed, not a \(value.kind.name)")
        }
    }
}
