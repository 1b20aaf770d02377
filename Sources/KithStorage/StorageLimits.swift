/// The limits of the storage engine, by name.
public enum StorageLimits {
    /// Page sizes that a database may have; the smallest exist for tests.
    public static let pageSizesInBytes = [512, 1024, 2048, 4096, 8192, 16384]
    /// Trees whose roots lie in the commit page: `TreeID(0)` to `TreeID(15)`.
    public static let fixedTreeCount = 16
    /// Numbers that every commit carries for the layer above.
    public static let counterCount = 16
    /// The longest value, in a tree or an extent.
    public static let valueLengthMaxInBytes = 1 << 30
    /// Pages a file may have; page numbers above mark changed pages in memory.
    public static let pageCountMax: UInt64 = 1 << 31
    /// Pages kept back so that a deletion succeeds on a full disk.
    public static let reservePageCount = 64

    /// The longest key in a database with pages of `pageSizeInBytes`: 3/16 of a page.
    public static func keyLengthMaxInBytes(pageSizeInBytes: Int) -> Int {
        (pageSizeInBytes - 24) * 3 / 16
    }

    /// The longest value kept in its leaf; longer ones lie in an extent.
    public static func inlineValueLengthMaxInBytes(pageSizeInBytes: Int) -> Int {
        (pageSizeInBytes - 24) / 4
    }
}
