import KithValues

/// `sum`: the total of numbers, durations or money; 0 of nothing.
///
/// Integers are added in 128 bits, so that only a result that does not fit is an error, whatever the
/// order.
final class SumAccumulator: Accumulator {
    static let functions = [
        AggregateFunction(
            "sum", [.init("value", AggregateArguments.summable)],
            result: AggregateArguments.summable,
            summary: "Adds up numbers, durations or money; nulls are left out."
        ) { _ in SumAccumulator() }
    ]

    private var total = Total(of: "sum")

    func add(_ value: Value, multiplicity: Int64) throws(ValueError) {
        try total.add(value, multiplicity: multiplicity)
    }

    func merge(_ other: any Accumulator) throws(ValueError) {
        try total.add(AggregateArguments.same(other, as: SumAccumulator.self).total)
    }

    func result() throws(ValueError) -> Value { try total.sumValue() }
}
