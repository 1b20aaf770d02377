import KithValues

/// `collect`: the list of all values but nulls.
final class CollectAccumulator: Accumulator {
    static let functions = [
        AggregateFunction(
            "collect", [.init("value", .any)], result: .list,
            summary: "Gives the list of all values; nulls are left out."
        ) { _ in CollectAccumulator() }
    ]

    private var values: [Value] = []

    func add(_ value: Value, multiplicity: Int64) throws(ValueError) {
        if value.isNull { return }
        if multiplicity == 1 {
            values.append(value)
        } else {
            try checkRoom(Int(clamping: multiplicity))
            values.append(contentsOf: repeatElement(value, count: Int(clamping: multiplicity)))
        }
    }

    func merge(_ other: any Accumulator) throws(ValueError) {
        let other = AggregateArguments.same(other, as: CollectAccumulator.self)
        try checkRoom(other.values.count)
        values += other.values
    }

    func result() throws(ValueError) -> Value { try Value.nesting(values) }

    private func checkRoom(_ count: Int) throws(ValueError) {
        let (sum, overflow) = values.count.addingReportingOverflow(count)
        try FunctionArguments.checkListLength(overflow ? .max : sum)
    }
}
