import KithValues

/// `percentileCont` and `percentileDisc`: the number below which a share of the numbers lies; null
/// of nothing.
final class PercentileAccumulator: Accumulator {
    static let functions = [
        AggregateFunction(
            "percentileCont", [.init("number", .number), .init("percentile", .number)],
            result: .float,
            summary: "Gives a percentile of numbers, between two of them by proportion."
        ) { (constants: [Value]) throws(ValueError) -> any Accumulator in
            try PercentileAccumulator(constants, isContinuous: true)
        },
        AggregateFunction(
            "percentileDisc", [.init("number", .number), .init("percentile", .number)],
            result: .number, summary: "Gives that of the numbers which is nearest to a percentile."
        ) { (constants: [Value]) throws(ValueError) -> any Accumulator in
            try PercentileAccumulator(constants, isContinuous: false)
        },
    ]

    private let isContinuous: Bool
    private let share: Double
    private var entries: [(number: Value, count: Int64)] = []
    private var count: Int64 = 0

    private var name: String { isContinuous ? "percentileCont" : "percentileDisc" }

    private init(_ constants: [Value], isContinuous: Bool) throws(ValueError) {
        self.isContinuous = isContinuous
        let name = isContinuous ? "percentileCont" : "percentileDisc"
        share = try FunctionArguments.number(constants.first ?? .null, of: name)
        guard share >= 0 && share <= 1 else {
            throw ValueError(
                .argumentError, "NumberOutOfRange", "\(name)() takes a percentile from 0 to 1")
        }
    }

    func add(_ value: Value, multiplicity: Int64) throws(ValueError) {
        switch value {
        case .null: return
        case .integer, .float:
            entries.append((value, multiplicity))
            count = try AggregateArguments.add(count, multiplicity)
        default: throw FunctionArguments.wrongKind(value, of: name, wanted: "numbers")
        }
    }

    func merge(_ other: any Accumulator) throws(ValueError) {
        let other = AggregateArguments.same(other, as: PercentileAccumulator.self)
        entries += other.entries
        count = try AggregateArguments.add(count, other.count)
    }

    func result() throws(ValueError) -> Value {
        if count == 0 { return .null }
        entries.sort { Value.orderCompare($0.number, $1.number) < 0 }
        return isContinuous ? try continuous() : discrete()
    }

    /// The number of which at least the share of all numbers is not larger.
    private func discrete() -> Value {
        let rank = (share * Double(count)).rounded(.up)
        return number(at: min(max(Int64(rank) - 1, 0), count - 1))
    }

    private func continuous() throws(ValueError) -> Value {
        let rank = share * Double(count - 1)
        let below = min(Int64(rank), count - 1)
        let fraction = rank - Double(below)
        let lower = try FunctionArguments.number(number(at: below), of: name)
        if fraction == 0 { return .float(lower) }
        let upper = try FunctionArguments.number(number(at: min(below + 1, count - 1)), of: name)
        // So written it neither overflows nor leaves the interval.
        return .float(lower == upper ? lower : lower * (1 - fraction) + upper * fraction)
    }

    /// The number at a position among all in order, each as often as it was added.
    private func number(at position: Int64) -> Value {
        var remaining = position
        for entry in entries {
            if remaining < entry.count { return entry.number }
            remaining -= entry.count
        }
        return .null
    }
}
