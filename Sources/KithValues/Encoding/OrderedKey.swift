extension Value {
    /// Appends bytes whose order, byte by byte, is the order of values; composite keys are made by
    /// appending one after the other, because no value's bytes are a prefix of another's.
    ///
    /// 1 and 1.0 give the same bytes, so a number's kind is not in its key. Supported are booleans,
    /// numbers, strings, temporal values, durations, money, null and lists of these.
    ///
    /// - Returns: false, with nothing appended, for maps, entities and paths.
    @discardableResult
    public func appendOrderedKey(to bytes: inout [UInt8]) -> Bool {
        fatalError("filled in by the next commit")
    }

    /// Reads back a value from its key and moves `offset` past it; a whole number comes back as an
    /// integer where it fits one.
    ///
    /// - Throws: ``ValueError`` when the bytes are no key of a value.
    public static func decodeOrderedKey(
        _ bytes: [UInt8], at offset: inout Int
    ) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }
}
