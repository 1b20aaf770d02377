/// An exact amount of a currency: a whole number of 10⁻¹⁸ units in 128 bits.
///
/// Amounts reach 1.7 × 10²⁰ units either way; a result beyond that is an error.
public struct Money: Hashable, Sendable {
    /// The number of decimal places that an amount can have.
    public static let decimalPlacesMax = 18
    /// 10¹⁸, the number of smallest parts in one unit of a currency.
    public static let partsPerUnit: Int128 = 1_000_000_000_000_000_000

    // Two halves instead of an Int128, whose alignment would make every Value larger.
    private let high: Int64
    private let low: UInt64
    /// The currency.
    public let currency: Currency

    /// Makes an amount of `parts` times 10⁻¹⁸ units of `currency`.
    public init(parts: Int128, currency: Currency) {
        high = Int64(truncatingIfNeeded: parts >> 64)
        low = UInt64(truncatingIfNeeded: parts)
        self.currency = currency
    }

    /// The amount in 10⁻¹⁸ units.
    public var parts: Int128 {
        Int128(high) << 64 | Int128(low)
    }
}
