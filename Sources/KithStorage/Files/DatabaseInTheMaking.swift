import CShims
import Glibc

/// A new database that is filled before its file appears under its name; given up, it leaves nothing.
public final class DatabaseInTheMaking {
    /// The database.
    public let engine: StorageEngine
    private let path: String
    private let temporary: String
    private var hasAppeared = false

    /// Begins one for `path`, where no file may be.
    ///
    /// - Throws: ``StorageError/fileCallFailed(call:code:)`` when there is one, or none can be made.
    public init(path: String, options: StorageOptions) throws(StorageError) {
        guard access(path, F_OK) != 0 else { throw .fileCallFailed(call: .open, code: EEXIST) }
        self.path = path
        temporary = path + ".new-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        var options = options
        options.creation = .ifMissing
        options.isReadOnly = false
        options.isImmutable = false
        engine = try StorageEngine.open(path: temporary, options: options)
    }

    deinit { if !hasAppeared { unlink(temporary) } }

    /// Closes the database and gives the file its name, which takes nobody's place. To be called once, when
    /// all is committed. Where only the directory could not be brought to the disk the file is there.
    public func appear() throws(StorageError) {
        try engine.close()
        try DiskFile.renameWithoutReplacing(temporary, to: path, mayExist: false)
        hasAppeared = true
        try DiskFile.syncDirectory(of: path)
    }
}
