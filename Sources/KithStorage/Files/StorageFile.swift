/// The only door out of the engine: one file, its locks and its name.
///
/// Everything that can fail or be interrupted happens here, so that tests can replace it.
package protocol StorageFile: AnyObject, Sendable {
    /// Reads bytes at `offset` and returns how many there were: fewer only at the end of the file.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(StorageError) -> Int

    /// Writes `pieces` one after another from `offset` on; all of it, or an error.
    func write(_ pieces: [UnsafeRawBufferPointer], at offset: UInt64) throws(StorageError)

    /// Lets the disk begin with what was written, and does not wait: a sync to come has less to do.
    func beginSync()

    /// Returns once everything written is on the disk.
    func sync() throws(StorageError)

    /// The length of the file.
    func size() throws(StorageError) -> UInt64

    /// Makes the file longer, with space obtained; writes real zeros where `zeroing`.
    func grow(from oldSize: UInt64, to newSize: UInt64, zeroing: Bool) throws(StorageError)

    /// Tries to become the writer, and says whether that worked.
    func lockWriter() throws(StorageError) -> Bool

    /// Stops being the writer.
    func unlockWriter()

    /// The process that is the writer, 0 when it is unknown or gone.
    func writerHolder() -> Int32

    /// Whether marks cost calls of the system, and others see them.
    var hasMarks: Bool { get }

    /// Marks commit `number` as in use by this process.
    func lockSnapshot(_ number: UInt64) throws(StorageError)

    /// Takes the mark away.
    func unlockSnapshot(_ number: UInt64)

    /// The oldest commit below `number` that another process uses.
    func oldestSnapshot(below number: UInt64) throws(StorageError) -> UInt64?

    /// Whether the path still names this file.
    func isStillNamed() -> Bool

    /// Gives the file back, and its locks with it.
    func close()
}

extension StorageFile {
    package var hasMarks: Bool { false }

    package func beginSync() {}
}
