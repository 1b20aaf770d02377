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
    /// Seconds in a day of 24 hours.
    public static let secondsPerDay: Int64 = 86_400
}
