/// How a database is opened.
public struct StorageOptions: Sendable {
    /// What to do about a missing or an existing file.
    public enum Creation: Sendable {
        /// Make the file if there is none.
        case ifMissing
        /// Fail if there is no file.
        case never
    }

    /// The page size of a new database; an existing one keeps its own.
    public var pageSizeInBytes = 4096
    /// Memory for tree pages read from the file; whatever it is, a few hundred pages have room.
    public var cacheBudgetInBytes = 128 << 20
    /// Memory for the changed pages of a write transaction; more is written to free pages early.
    public var transactionBudgetInBytes = 64 << 20
    /// Whether the file must not be changed.
    public var isReadOnly = false
    /// Whether the caller vouches that nobody changes the file: no locks are taken. Implies reading only.
    public var isImmutable = false
    /// Whether a missing file is made.
    public var creation = Creation.ifMissing
    /// How long opening waits for another process that is recovering the file.
    public var openTimeoutInMilliseconds = 5_000

    /// The defaults.
    public init() {}
}

/// When a commit counts as done.
public enum Durability: Sendable {
    /// Once it would survive a loss of power.
    case full
    /// Once others see it; a loss of power may take it back, whole, with those after it.
    case deferred
}

/// The number of a commit: 1 is the new, empty database.
public typealias CommitNumber = UInt64

/// The name of one ordered key space.
public struct TreeID: Hashable, Comparable, Sendable {
    /// Below ``StorageLimits/fixedTreeCount``: a root in the commit page; others are found by name.
    public let rawValue: UInt32

    /// Names a tree; every number up to 4,000,000,000 is a tree, empty until something is put in.
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// By number.
    public static func < (left: TreeID, right: TreeID) -> Bool { left.rawValue < right.rawValue }
}
