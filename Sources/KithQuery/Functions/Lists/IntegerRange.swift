import KithValues

/// What `range` gives, without the list: the executor walks it where no list is needed.
public struct IntegerRange: Sendable {
    /// The first integer, where there is any.
    public let start: Int64
    /// What to add for the next one; not zero.
    public let step: Int64
    /// How many there are.
    public let count: UInt64

    /// Reads the two or three arguments of `range`, none of which is null.
    ///
    /// - Throws: ``ValueError`` when one is no integer, or the step is zero.
    public init(_ arguments: [Value]) throws(ValueError) {
        start = try Self.integer(arguments[0])
        let end = try Self.integer(arguments[1])
        step = arguments.count > 2 ? try Self.integer(arguments[2]) : 1
        guard step != 0 else {
            throw ValueError(
                .argumentError, "NumberOutOfRange", "range() takes a step other than zero")
        }
        guard step > 0 ? start <= end : start >= end else {
            count = 0
            return
        }
        // The distance fits in 64 bits without a sign, whatever the ends.
        let distance = UInt64(bitPattern: step > 0 ? end &- start : start &- end)
        let (sum, isTooLarge) = (distance / step.magnitude).addingReportingOverflow(1)
        count = isTooLarge ? .max : sum
    }

    /// The integer at `position`, which is less than ``count``.
    public subscript(position: UInt64) -> Int64 {
        start &+ step &* Int64(bitPattern: position)
    }

    private static func integer(_ value: Value) throws(ValueError) -> Int64 {
        guard case .integer(let number) = value else {
            throw ValueError(
                .argumentError, "InvalidArgumentType",
                "range() takes integers, not \(value.kind.name)")
        }
        return number
    }
}
