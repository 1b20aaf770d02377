import KithValues

/// `min` and `max` in the order of ORDER BY; null of nothing.
final class ExtremeAccumulator: Accumulator {
    static let functions = [
        AggregateFunction(
            "min", [.init("value", .any)], result: .any,
            summary: "Gives the smallest value; nulls are left out."
        ) { _ in ExtremeAccumulator(wantsLargest: false) },
        AggregateFunction(
            "max", [.init("value", .any)], result: .any,
            summary: "Gives the largest value; nulls are left out."
        ) { _ in ExtremeAccumulator(wantsLargest: true) },
    ]

    private let wantsLargest: Bool
    private var extreme = Value.null

    private init(wantsLargest: Bool) {
        self.wantsLargest = wantsLargest
    }

    func add(_ value: Value, multiplicity: Int64) throws(ValueError) {
        if value.isNull { return }
        // Of equal values the first stays, so that the result does not depend on how it is merged.
        let order = extreme.isNull ? 0 : Value.orderCompare(value, extreme)
        if extreme.isNull || (wantsLargest ? order > 0 : order < 0) { extreme = value }
    }

    func merge(_ other: any Accumulator) throws(ValueError) {
        let other = AggregateArguments.same(other, as: ExtremeAccumulator.self)
        try add(other.extreme, multiplicity: 1)
    }

    func result() throws(ValueError) -> Value { extreme }
}
