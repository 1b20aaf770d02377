import KithValues

/// What `sum` and `avg` keep: exact totals of integers, durations and money, careful ones of floats.
struct Total {
    let function: String
    /// How many values there were.
    private(set) var count: Int128 = 0
    private(set) var integers: Int128 = 0
    private(set) var floats = FloatSum()
    private(set) var hasFloats = false
    /// Of durations or money.
    private(set) var other: Value?

    init(of function: String) {
        self.function = function
    }

    /// The total of integers that were added up elsewhere.
    init(of function: String, integers: Int128, count: Int64) {
        self.function = function
        self.integers = integers
        self.count = Int128(count)
    }

    /// The total of floats that were added up elsewhere.
    init(of function: String, floats: FloatSum, count: Int64) {
        self.function = function
        self.floats = floats
        self.count = Int128(count)
        hasFloats = count > 0
    }

    mutating func add(_ value: Value, multiplicity: Int64) throws(ValueError) {
        switch value {
        case .null: return
        case .integer(let number):
            guard other == nil else { throw AggregateArguments.mixed(function) }
            // A product of two 64-bit integers fits in 128 bits.
            try addIntegers(Int128(number) * Int128(multiplicity))
        case .float(let number):
            guard other == nil else { throw AggregateArguments.mixed(function) }
            floats.add(number, multiplicity: multiplicity)
            hasFloats = true
        case .duration, .money:
            let addend =
                multiplicity == 1 ? value : try Value.multiply(value, .integer(multiplicity))
            try addOther(addend)
        default: throw AggregateArguments.notSummable(value, function)
        }
        count += Int128(multiplicity)
    }

    mutating func add(_ total: Total) throws(ValueError) {
        if total.count == 0 { return }
        if let addend = total.other {
            try addOther(addend)
        } else {
            guard other == nil else { throw AggregateArguments.mixed(function) }
            try addIntegers(total.integers)
            floats.add(total.floats)
            hasFloats = hasFloats || total.hasFloats
        }
        count += total.count
    }

    private mutating func addIntegers(_ addend: Int128) throws(ValueError) {
        let (sum, overflow) = integers.addingReportingOverflow(addend)
        guard !overflow else { throw .integerOverflow }
        integers = sum
    }

    private mutating func addOther(_ addend: Value) throws(ValueError) {
        guard let known = other else {
            guard count == 0 else { throw AggregateArguments.mixed(function) }
            other = addend
            return
        }
        guard known.kind == addend.kind else { throw AggregateArguments.mixed(function) }
        other = try Value.add(known, addend)
    }
}

extension Total {
    /// What `sum` gives: 0 of nothing.
    func sumValue() throws(ValueError) -> Value {
        if let other { return other }
        if hasFloats {
            var sum = floats
            sum.add(Double(integers))
            return .float(sum.total)
        }
        guard let sum = Int64(exactly: integers) else { throw .integerOverflow }
        return .integer(sum)
    }

    /// What `avg` gives: null of nothing.
    func meanValue() throws(ValueError) -> Value {
        if count == 0 { return .null }
        if let other {
            guard let divisor = Int64(exactly: count) else { throw .integerOverflow }
            return try Value.divide(other, .integer(divisor))
        }
        guard hasFloats else { return .float(Double(integers) / Double(count)) }
        var sum = floats
        sum.add(Double(integers))
        return .float(sum.mean(count: Double(count)))
    }
}
