extension Value {
    /// Appends the compact stored form: one tag byte and the content.
    ///
    /// Every kind can be encoded, entities as their ids.
    public func appendStored(to bytes: inout [UInt8]) {
        fatalError("filled in by the next commit")
    }

    /// Reads one stored value and moves `offset` past it.
    ///
    /// - Throws: ``ValueError`` (`CorruptValue`) when the bytes do not form a value; never traps.
    public static func decodeStored(
        _ bytes: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }

    /// Reads one stored value that is all of `bytes`.
    ///
    /// - Throws: ``ValueError`` (`CorruptValue`) when the bytes do not form exactly one value.
    public static func decodeStored(_ bytes: [UInt8]) throws(ValueError) -> Value {
        fatalError("filled in by the next commit")
    }
}
