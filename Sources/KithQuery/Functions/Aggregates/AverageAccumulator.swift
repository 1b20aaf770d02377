import KithValues

/// `avg`: the mean of numbers, durations or money; null of nothing.
final class AverageAccumulator: Accumulator {
    static let functions = [
        AggregateFunction(
            "avg", [.init("value", AggregateArguments.summable)],
            result: StaticType([.float, .duration, .money]),
            summary: "Gives the mean of numbers, durations or money; nulls are left out."
        ) { _ in AverageAccumulator() }
    ]

    private var total = Total(of: "avg")

    func add(_ value: Value, multiplicity: Int64) throws(ValueError) {
        try total.add(value, multiplicity: multiplicity)
    }

    func merge(_ other: any Accumulator) throws(ValueError) {
        try total.add(AggregateArguments.same(other, as: AverageAccumulator.self).total)
    }

    func result() throws(ValueError) -> Value { try total.meanValue() }
}
