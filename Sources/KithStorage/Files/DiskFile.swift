import CShims
import Glibc

/// A file of the operating system, with its locks.
package final class DiskFile: StorageFile {
    private let path: String
    private let descriptor: Int32
    private let takesLocks: Bool
    /// Which file it is, whatever its path leads to later.
    private let identity: FileIdentity?
    /// How many bytes this process locks as the writer; a fork of it may not use the file.
    private let writerByteCount = 1 + off_t(getpid())

    init(path: String, descriptor: Int32, takesLocks: Bool) {
        self.path = path
        self.descriptor = descriptor
        self.takesLocks = takesLocks
        identity = FileIdentity(descriptor: descriptor)
    }

    deinit { _ = Glibc.close(descriptor) }

    /// Opens an existing file; nil when there is none.
    package static func open(
        path: String, isReadOnly: Bool, takesLocks: Bool
    ) throws(StorageError) -> DiskFile? {
        let descriptor = kith_open_existing(path, !isReadOnly)
        if descriptor >= 0 {
            guard FileIdentity(descriptor: descriptor)?.isRegularFile == true else {
                _ = Glibc.close(descriptor)
                throw .notADatabase
            }
            return DiskFile(path: path, descriptor: descriptor, takesLocks: takesLocks)
        }
        if errno == ENOENT { return nil }
        throw .fileCallFailed(call: .open, code: errno)
    }

    /// Makes a file appear whole at `path`, filled by `contents`; does nothing where one is already.
    package static func create(
        path: String, contents: (DiskFile) throws(StorageError) -> Void
    ) throws(StorageError) {
        var temporary = ""
        var descriptor: Int32 = -1
        for _ in 0..<100 where descriptor < 0 {
            temporary = path + ".new-" + String(UInt64.random(in: 0 ... .max), radix: 36)
            descriptor = Glibc.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor < 0, errno != EEXIST { break }
        }
        guard descriptor >= 0 else {
            throw errno == ENOSPC ? .diskFull : .fileCallFailed(call: .open, code: errno)
        }
        let file = DiskFile(path: temporary, descriptor: descriptor, takesLocks: false)
        do throws(StorageError) {
            try contents(file)
            guard fsync(descriptor) == 0 else {
                throw .fileCallFailed(call: .sync, code: errno)
            }
            try renameWithoutReplacing(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        try syncDirectory(of: path)
    }

    /// Gives a whole file its name; where another has it that is an error, or this one goes.
    static func renameWithoutReplacing(
        _ temporary: String, to path: String, mayExist: Bool = true
    ) throws(StorageError) {
        if kith_rename_without_replacing(temporary, path) == 0 { return }
        var code = errno
        // File systems without that call: a second name cannot replace anything either.
        if code == EINVAL || code == ENOSYS { code = link(temporary, path) == 0 ? 0 : errno }
        guard code == 0 || code == EEXIST && mayExist else {
            throw .fileCallFailed(call: .open, code: code)
        }
        unlink(temporary)
    }

    static func syncDirectory(of path: String) throws(StorageError) {
        var directory = "."
        if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
            directory = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .fileCallFailed(call: .open, code: errno) }
        defer { _ = Glibc.close(descriptor) }
        // Some file systems cannot sync a directory and need not.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw .fileCallFailed(call: .sync, code: errno)
        }
    }

    package func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(StorageError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, base + done, buffer.count - done, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .fileCallFailed(call: .read, code: errno)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    package func write(
        _ pieces: [UnsafeRawBufferPointer], at offset: UInt64
    ) throws(StorageError) {
        let code = withUnsafeTemporaryAllocation(of: iovec.self, capacity: pieces.count) {
            vectors in
            var count = 0
            for piece in pieces {
                guard let base = piece.baseAddress, piece.count > 0 else { continue }
                vectors.initializeElement(
                    at: count,
                    to: iovec(
                        iov_base: UnsafeMutableRawPointer(mutating: base), iov_len: piece.count))
                count += 1
            }
            return write(UnsafeMutableBufferPointer(rebasing: vectors[..<count]), at: offset)
        }
        guard code != 0 else { return }
        throw code == ENOSPC || code == EDQUOT
            ? .diskFull : .fileCallFailed(call: .write, code: code)
    }

    /// Writes all that `vectors` name, which it changes; returns 0 or the system's code.
    private func write(
        _ vectors: UnsafeMutableBufferPointer<iovec>, at offset: UInt64
    ) -> Int32 {
        var first = 0
        var place = off_t(offset)
        while first < vectors.count {
            let next = vectors.baseAddress.unsafelyUnwrapped + first
            // The plain call where one piece is left: less to copy into the kernel and to check.
            let count =
                first + 1 == vectors.count
                ? pwrite(descriptor, next.pointee.iov_base, next.pointee.iov_len, place)
                : pwritev(descriptor, next, Int32(min(1024, vectors.count - first)), place)
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            guard count > 0 else { return EIO }
            place += off_t(count)
            var left = count
            while left > 0 {
                let part = min(left, vectors[first].iov_len)
                vectors[first].iov_base += part
                vectors[first].iov_len -= part
                left -= part
                if vectors[first].iov_len == 0 { first += 1 }
            }
        }
        return 0
    }

    package func beginSync() { kith_begin_sync(descriptor) }

    package func sync() throws(StorageError) {
        // Never repeated: after a failure the kernel may forget what it could not write.
        guard fdatasync(descriptor) == 0 else {
            throw .fileCallFailed(call: .sync, code: errno)
        }
    }

    package func size() throws(StorageError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .fileCallFailed(call: .status, code: errno)
        }
        return UInt64(status.st_size)
    }

    package func grow(
        from oldSize: UInt64, to newSize: UInt64, zeroing: Bool
    ) throws(StorageError) {
        guard newSize > oldSize else { return }
        if !zeroing {
            while true {
                let code = posix_fallocate(descriptor, off_t(oldSize), off_t(newSize - oldSize))
                if code == 0 { return }
                if code == EINTR { continue }
                if code == ENOSPC || code == EDQUOT || code == EFBIG { throw .diskFull }
                guard code == EINVAL || code == EOPNOTSUPP else {
                    throw .fileCallFailed(call: .grow, code: code)
                }
                break
            }
        }
        // Real zeros: pages written over them later need no change of the file system's records. Little
        // by little: what is written at once the system may hold as one piece, and each commit that
        // writes a small part of such a piece takes the longer the larger it is.
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 4096)
        defer { chunk.deallocate() }
        chunk.initializeMemory(as: UInt8.self, repeating: 0)
        var place = oldSize
        while place < newSize {
            let count = min(chunk.count, Int(newSize - place))
            try write(
                [UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(chunk)[..<count])],
                at: place)
            place += UInt64(count)
        }
    }

    package func isStillNamed() -> Bool {
        guard let identity else { return false }
        return FileIdentity(path: path) == identity
    }

    package func close() {}
}

/// Which file of the system something leads to.
private struct FileIdentity: Equatable, Sendable {
    private var device: UInt64 = 0
    private var inode: UInt64 = 0
    private var mode: UInt16 = 0

    init?(descriptor: Int32) {
        guard kith_file_identity(descriptor, nil, &device, &inode, &mode) else { return nil }
    }

    init?(path: String) {
        guard kith_file_identity(-1, path, &device, &inode, &mode) else { return nil }
    }

    var isRegularFile: Bool { mode_t(mode) & S_IFMT == S_IFREG }

    static func == (left: FileIdentity, right: FileIdentity) -> Bool {
        left.device == right.device && left.inode == right.inode
    }
}

/// Locks are on bytes far past any file's end; never change these places.
private enum LockPlace {
    /// The writer's byte. The writer locks as many more after it as its process id says, which names
    /// it to those who wait.
    static let writer: off_t = 0x3000_0000_0000_0000
    static let processMax: off_t = 1 << 30
    /// The byte at this plus a commit's number says that the commit is in use.
    static let snapshots: off_t = 0x4000_0000_0000_0000
}

extension DiskFile {
    private func change(_ type: Int32, at place: off_t, count: off_t = 1) -> Int32 {
        guard takesLocks else { return 0 }
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = place
        lock.l_len = count
        while kith_set_lock(descriptor, &lock) != 0 {
            if errno != EINTR { return errno }
        }
        return 0
    }

    /// The lock that is in the way of these bytes.
    private func conflict(
        from place: off_t, count: off_t
    ) throws(StorageError) -> (start: off_t, count: off_t)? {
        guard takesLocks, count > 0 else { return nil }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = place
        lock.l_len = count
        while kith_get_lock(descriptor, &lock) != 0 {
            if errno != EINTR { throw .fileCallFailed(call: .lock, code: errno) }
        }
        return Int32(lock.l_type) == Int32(F_UNLCK) ? nil : (lock.l_start, lock.l_len)
    }

    package func lockWriter() throws(StorageError) -> Bool {
        let code = change(Int32(F_WRLCK), at: LockPlace.writer, count: writerByteCount)
        if code == EAGAIN || code == EACCES { return false }
        guard code == 0 else { throw Self.lockError(code) }
        return true
    }

    package func unlockWriter() {
        _ = change(Int32(F_UNLCK), at: LockPlace.writer, count: writerByteCount)
    }

    package func writerHolder() -> Int32 {
        guard let lock = try? conflict(from: LockPlace.writer, count: LockPlace.processMax) else {
            return 0
        }
        return Int32(truncatingIfNeeded: lock.count - 1)
    }

    package var hasMarks: Bool { takesLocks }

    package func lockSnapshot(_ number: UInt64) throws(StorageError) {
        let code = change(Int32(F_RDLCK), at: LockPlace.snapshots + off_t(number))
        guard code == 0 else { throw Self.lockError(code) }
    }

    package func unlockSnapshot(_ number: UInt64) {
        _ = change(Int32(F_UNLCK), at: LockPlace.snapshots + off_t(number))
    }

    package func oldestSnapshot(below number: UInt64) throws(StorageError) -> UInt64? {
        var oldest: UInt64?
        var end = off_t(number)
        while let lock = try conflict(from: LockPlace.snapshots, count: end) {
            end = lock.start - LockPlace.snapshots
            oldest = UInt64(end)
        }
        return oldest
    }

    private static func lockError(_ code: Int32) -> StorageError {
        let unsupported = [ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL].contains(code)
        return unsupported ? .locksUnsupported : .fileCallFailed(call: .lock, code: code)
    }
}
