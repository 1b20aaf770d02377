import KithValues

/// `stDev` and `stDevP`: how far numbers lie from their mean; 0 of fewer than two.
///
/// Mean and sum of squares are updated value by value (Welford), and merged by Chan's formula, so
/// that large means cost no digits.
final class DeviationAccumulator: Accumulator {
    static let functions = [
        AggregateFunction(
            "stDev", [.init("number", .number)], result: .float,
            summary: "Gives the standard deviation of a population from a sample of it."
        ) { _ in DeviationAccumulator(isSample: true) },
        AggregateFunction(
            "stDevP", [.init("number", .number)], result: .float,
            summary: "Gives the standard deviation of a whole population."
        ) { _ in DeviationAccumulator(isSample: false) },
    ]

    private let isSample: Bool
    private var count = 0.0
    private var mean = 0.0
    private var squares = 0.0

    private init(isSample: Bool) {
        self.isSample = isSample
    }

    func add(_ value: Value, multiplicity: Int64) throws(ValueError) {
        if value.isNull { return }
        let number = try FunctionArguments.number(value, of: isSample ? "stDev" : "stDevP")
        merge(count: Double(multiplicity), mean: number, squares: 0)
    }

    func merge(_ other: any Accumulator) throws(ValueError) {
        let other = AggregateArguments.same(other, as: DeviationAccumulator.self)
        merge(count: other.count, mean: other.mean, squares: other.squares)
    }

    func result() throws(ValueError) -> Value {
        guard count > 1 else { return .float(0) }
        return .float((squares / (isSample ? count - 1 : count)).squareRoot())
    }

    private func merge(
        count otherCount: Double, mean otherMean: Double, squares otherSquares: Double
    ) {
        if otherCount == 0 { return }
        if count == 0 {
            (count, mean, squares) = (otherCount, otherMean, otherSquares)
            return
        }
        let sum = count + otherCount
        let distance = otherMean - mean
        mean += distance * otherCount / sum
        squares += otherSquares + distance * distance * count * otherCount / sum
        count = sum
    }
}
