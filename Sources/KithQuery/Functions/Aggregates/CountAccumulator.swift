import KithValues

/// `count`: how many values are not null. For `count(*)` the executor adds any such value per row.
final class CountAccumulator: Accumulator {
    static let functions = [
        AggregateFunction(
            "count", [.init("value", .any)], result: .integer,
            summary: "Counts the values that are not null, or with * the rows."
        ) { _ in CountAccumulator() }
    ]

    private var count: Int64 = 0

    func add(_ value: Value, multiplicity: Int64) throws(ValueError) {
        if value.isNull { return }
        count = try AggregateArguments.add(count, multiplicity)
    }

    func merge(_ other: any Accumulator) throws(ValueError) {
        let other = AggregateArguments.same(other, as: CountAccumulator.self)
        count = try AggregateArguments.add(count, other.count)
    }

    func result() throws(ValueError) -> Value { .integer(count) }
}
