import CShims
import Synchronization

/// The database file with its geometry, counting what passes through.
final class DatabaseFile: Sendable {
    let file: any StorageFile
    let pageSize: Int
    /// What of a page may be used; the rest is reserved by the header.
    let usableByteCount: Int
    private let readCalls = Atomic<Int>(0)
    private let writeCalls = Atomic<Int>(0)
    private let writtenBytes = Atomic<Int>(0)
    private let syncCalls = Atomic<Int>(0)

    init(file: any StorageFile, pageSize: Int, reservedByteCount: Int) {
        self.file = file
        self.pageSize = pageSize
        usableByteCount = pageSize - reservedByteCount
    }

    /// Reads exactly the buffer's length.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(StorageError) {
        readCalls.add(1, ordering: .relaxed)
        guard try file.read(into: buffer, at: offset) == buffer.count else {
            throw .corrupt(page: offset / UInt64(pageSize), damage: .truncated)
        }
    }

    /// Reads one page and verifies it against its reference.
    func readPage(
        _ reference: PageReference, into buffer: UnsafeMutableRawPointer, level: UInt8
    ) throws(StorageError) {
        let page = UInt64(reference.page)
        try read(
            into: UnsafeMutableRawBufferPointer(start: buffer, count: pageSize),
            at: page * UInt64(pageSize))
        guard kith_checksum(buffer, pageSize) == reference.checksum else {
            throw .corrupt(page: page, damage: .checksum)
        }
        guard
            PageView(buffer).isSound(
                usableByteCount: usableByteCount, pageSize: pageSize, level: level)
        else {
            throw .corrupt(page: page, damage: .structure)
        }
    }

    func write(_ pieces: [UnsafeRawBufferPointer], at offset: UInt64) throws(StorageError) {
        writeCalls.add(1, ordering: .relaxed)
        writtenBytes.add(pieces.reduce(0) { $0 + $1.count }, ordering: .relaxed)
        try file.write(pieces, at: offset)
    }

    /// See ``StorageFile/beginSync()``.
    func beginSync() { file.beginSync() }

    func sync() throws(StorageError) {
        syncCalls.add(1, ordering: .relaxed)
        try file.sync()
    }

    var statistics: StorageStatistics {
        StorageStatistics(
            readCalls: readCalls.load(ordering: .relaxed),
            writeCalls: writeCalls.load(ordering: .relaxed),
            writtenBytes: writtenBytes.load(ordering: .relaxed),
            syncCalls: syncCalls.load(ordering: .relaxed))
    }
}

/// What an engine has asked of its file since it was opened.
public struct StorageStatistics: Sendable, Hashable {
    /// Calls that read.
    public let readCalls: Int
    /// Calls that wrote, each one contiguous run.
    public let writeCalls: Int
    /// Bytes written.
    public let writtenBytes: Int
    /// Calls that waited for the disk.
    public let syncCalls: Int
}
