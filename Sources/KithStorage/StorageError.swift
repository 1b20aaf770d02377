import Glibc

/// Why a storage call failed.
///
/// Payloads are plain numbers, so that throwing and catching stays cheap; ``message`` has the words.
public enum StorageError: Error, Sendable, Hashable {
    /// What was found wrong with a page or an extent.
    public enum Damage: UInt8, Sendable {
        /// The bytes do not have the checksum that their reference carries.
        case checksum
        /// The bytes have the right checksum and still make no sense.
        case structure
        /// The file ends before the page does.
        case truncated
    }

    /// The file call that failed.
    public enum FileCall: String, Sendable {
        /// Opening, making or renaming a file.
        case open
        /// Reading bytes.
        case read
        /// Writing bytes.
        case write
        /// Waiting until bytes are on the disk.
        case sync
        /// Growing the file.
        case grow
        /// Asking for the size or the identity of the file.
        case status
        /// Locking a byte of the file.
        case lock
    }

    /// The page `page`, counted from 0 at the start of the file, is damaged.
    case corrupt(page: UInt64, damage: Damage)
    /// The operating system refused a file call with `code` (an `errno`).
    case fileCallFailed(call: FileCall, code: Int32)
    /// The disk is full; nothing of the transaction was applied.
    case diskFull
    /// There is no file at the path, and the options forbid making one.
    case fileMissing
    /// The file is empty; it is left as it is.
    case emptyFile
    /// The file is not a Kith database; it is left as it is.
    case notADatabase
    /// The file was written by a newer Kith; it is left as it is.
    case newerFormat(version: UInt32)
    /// The newest durable commit of the file is damaged.
    case damagedCommit(number: UInt64)
    /// Another writer did not finish in time; `holder` is its process id, 0 when it is unknown.
    case writerBusy(holder: Int32)
    /// The file system cannot lock; declare the file immutable to read it all the same.
    case locksUnsupported
    /// The database, or the snapshot, can only be read.
    case readOnly
    /// The engine, reader or transaction was closed before.
    case closed
    /// The handle was opened by a parent process, before `fork`.
    case usedAfterFork
    /// The path names another file than when the database was opened; looked at when a transaction
    /// begins, but every 10 ms at most.
    case fileReplaced
    /// The sync of this commit failed: after a restart it may be there or not.
    case outcomeUnknown
    /// An earlier sync failed, so this handle accepts no further commits.
    case commitsRefused
    /// The key has more bytes than ``StorageLimits`` allows.
    case keyTooLong(byteCount: Int)
    /// The key has no bytes.
    case keyEmpty
    /// The value has more bytes than ``StorageLimits`` allows.
    case valueTooLong(byteCount: Int)
    /// Keys handed to a ``BulkLoader`` did not ascend.
    case keysNotAscending
    /// A ``BulkLoader`` was asked for a tree that has entries.
    case treeNotEmpty
    /// The file would have more pages than a page number can name.
    case fileTooLarge
    /// The memory budget is used up and nothing can be evicted.
    case memoryBudgetExhausted
    /// The options ask for something that does not exist, such as a page size of 5,000 bytes.
    case invalidOptions
}

extension StorageError: CustomStringConvertible {
    /// One sentence for a person.
    public var message: String {
        switch self {
        case .corrupt(let page, .checksum): "page \(page) is damaged: its checksum does not match"
        case .corrupt(let page, .structure): "page \(page) is damaged: its contents make no sense"
        case .corrupt(let page, .truncated): "page \(page) is missing: the file is too short"
        case .fileCallFailed(let call, let code):
            "the operating system refused to \(call.rawValue) the file: \(Self.reason(code))"
        case .diskFull: "the disk is full"
        case .fileMissing: "there is no such file"
        case .emptyFile: "the file is empty, so it is not a Kith database"
        case .notADatabase: "the file is not a Kith database, or its first page is damaged"
        case .newerFormat(let version):
            "the file has format \(version), which only a newer Kith understands"
        case .damagedCommit(let number): "commit \(number), which was durable, is damaged"
        case .writerBusy(0): "another writer is busy"
        case .writerBusy(let holder): "process \(holder) is writing to this database"
        case .locksUnsupported: "the file system cannot lock files"
        case .readOnly: "the database is open for reading only"
        case .closed: "the database is closed"
        case .usedAfterFork: "the handle was opened before a fork, by the parent process"
        case .fileReplaced: "another file took the place of the database"
        case .outcomeUnknown:
            "the disk did not confirm the commit: after a restart it may be there or not"
        case .commitsRefused: "an earlier sync failed, so no further commits are accepted"
        case .keyTooLong(let count): "a key of \(count) bytes is too long"
        case .keyEmpty: "a key must not be empty"
        case .valueTooLong(let count): "a value of \(count) bytes is too long"
        case .keysNotAscending: "keys to load in bulk do not ascend"
        case .treeNotEmpty: "only an empty tree can be loaded in bulk"
        case .fileTooLarge: "the file has reached its greatest size"
        case .memoryBudgetExhausted: "the memory budget is used up"
        case .invalidOptions: "the options are not valid"
        }
    }

    /// The same as ``message``.
    public var description: String { message }
}

extension StorageError {
    /// The system's words for an `errno`.
    private static func reason(_ code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }
}
