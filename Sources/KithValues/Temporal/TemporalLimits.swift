/// The ranges of temporal values.
public enum TemporalLimits {
    /// The earliest year of any date.
    public static let yearMin: Int64 = -999_999_999
    /// The latest year of any date.
    public static let yearMax: Int64 = 999_999_999
    /// The largest offset from UTC either way: 18 hours.
    public static let offsetMaxInSeconds: Int32 = 64_800
    /// Nanoseconds in a day of 24 hours.
    public static let nanosecondsPerDay: Int64 = 86_400_000_000_000
    /// Nanoseconds in a second.
    public static let nanosecondsPerSecond: Int64 = 1_000_000_000
    /// Seconds in a day of 24 hours.
    public static let secondsPerDay: Int64 = 86_400
    /// Seconds in a month of average length, a twelfth of 365.2425 days.
    public static let secondsPerAverageMonth: Int64 = 2_629_746

    /// Whether an offset from UTC is within 18 hours.
    public static func isValidOffset(_ seconds: Int64) -> Bool {
        seconds.magnitude <= UInt64(offsetMaxInSeconds)
    }
}
