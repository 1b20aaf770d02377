import KithValues

/// A column of a batch to load: one value a row, as typed arrays.
///
/// Rows without a value hold anything (0, an empty string, null) in the values.
public struct BulkColumn: Sendable {
    /// The values of a column.
    public enum Values: Sendable {
        /// Integers.
        case integers([Int64])
        /// Floats.
        case floats([Double])
        /// Truth values, 0 or 1.
        case booleans([UInt8])
        /// Days since 1970-01-01.
        case dates([Int64])
        /// Strings, row `i` from `offsets[i]` to `offsets[i + 1]` of the bytes, which must be UTF-8.
        case strings(offsets: [UInt32], bytes: [UInt8])
        /// Values of any storable kind; null for no value.
        case values([Value])
    }

    /// The values.
    public var values: Values
    /// Which rows have a value, a byte each, 0 or 1; nil when all have.
    public var validity: [UInt8]?

    /// Makes a column.
    public init(_ values: Values, validity: [UInt8]? = nil) {
        self.values = values
        self.validity = validity
    }
}
