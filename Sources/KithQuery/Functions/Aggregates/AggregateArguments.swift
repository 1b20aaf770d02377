import KithValues

/// What accumulators share.
enum AggregateArguments {
    /// Numbers, durations and money: what can be added up.
    static let summable = StaticType([.integer, .float, .duration, .money])

    /// The error for a value that cannot be added up.
    static func notSummable(_ value: Value, _ function: String) -> ValueError {
        FunctionArguments.wrongKind(
            value, of: function, wanted: "numbers, or durations, or money")
    }

    /// The error for values of kinds that do not go together.
    static func mixed(_ function: String) -> ValueError {
        .invalidType("\(function)() takes numbers, or durations, or money, but not a mixture")
    }

    /// The other accumulator as one of the same function, which the caller guarantees.
    static func same<Kind: Accumulator>(_ other: any Accumulator, as kind: Kind.Type) -> Kind {
        guard let other = other as? Kind else {
            preconditionFailure("only accumulators of one function are merged")
        }
        return other
    }

    /// The sum of two counts.
    static func add(_ left: Int64, _ right: Int64) throws(ValueError) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw .integerOverflow }
        return sum
    }
}
