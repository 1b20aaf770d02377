extension Value {
    /// `left + right`: numbers, strings, lists, temporal values and durations, money.
    ///
    /// - Throws: ``ValueError`` on overflow, on kinds that do not add, on two currencies.
    public static func add(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }

    /// `left - right`: numbers, temporal values and durations, money.
    ///
    /// - Throws: ``ValueError`` on overflow, on kinds that do not subtract, on two currencies.
    public static func subtract(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }

    /// `left * right`: numbers, a duration or money and a number.
    ///
    /// - Throws: ``ValueError`` on overflow and on kinds that do not multiply.
    public static func multiply(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }

    /// `left / right`: whole division between integers; a duration or money by a number; money by
    /// money of the same currency.
    ///
    /// - Throws: ``ValueError`` on division of integers or money by zero, on overflow and on kinds
    ///   that do not divide.
    public static func divide(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }

    /// `left % right`: the remainder with the sign of `left`.
    ///
    /// - Throws: ``ValueError`` on an integer zero to the right and on anything but numbers.
    public static func modulo(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }

    /// `left ^ right`, always a float.
    ///
    /// - Throws: ``ValueError`` on anything but numbers.
    public static func power(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }

    /// `-operand`: numbers, durations, money.
    ///
    /// - Throws: ``ValueError`` on overflow and on other kinds.
    public static func negate(_ operand: Value) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }
}
