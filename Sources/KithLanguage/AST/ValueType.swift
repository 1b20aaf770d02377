/// The type of a value as `IS :: TYPE` and type constraints name it.
public struct ValueType: Hashable, Sendable {
    /// Which type.
    public var kind: Kind
    /// Whether `NOT NULL` follows, so that null is not of the type.
    public var isNotNull: Bool
    /// Where it stands.
    @NotCompared public var span: SourceSpan

    /// All types.
    public indirect enum Kind: Hashable, Sendable {
        /// No value but null.
        case null
        /// No value at all.
        case nothing
        /// `BOOLEAN`
        case boolean
        /// `STRING`
        case string
        /// `INTEGER`
        case integer
        /// `FLOAT`
        case float
        /// `DATE`
        case date
        /// `LOCAL TIME`
        case localTime
        /// `ZONED TIME`
        case zonedTime
        /// `LOCAL DATETIME`
        case localDateTime
        /// `ZONED DATETIME`
        case zonedDateTime
        /// `DURATION`
        case duration
        /// `MONEY`
        case money
        /// `NODE`
        case node
        /// `RELATIONSHIP`
        case relationship
        /// `MAP`
        case map
        /// `PATH`
        case path
        /// `LIST<TYPE>`
        case list(ValueType)
        /// `INTEGER | FLOAT`
        case union([ValueType])
        /// `PROPERTY VALUE`: what can be stored as a property
        case propertyValue
        /// `ANY`
        case any
    }
}
