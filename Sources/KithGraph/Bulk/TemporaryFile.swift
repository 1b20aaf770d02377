import Glibc
import KithStorage

/// A file without a name, gone with this object, for what does not fit in memory.
final class TemporaryFile {
    private let descriptor: Int32
    private(set) var lengthInBytes = 0

    /// Makes a file in the directory, or in `TMPDIR`, or in `/tmp`.
    init(directory: String?) throws(GraphError) {
        let folder = directory ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/kith-XXXXXX".utf8CString)
        descriptor = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkstemp($0) } ?? -1
        }
        guard descriptor >= 0 else {
            throw GraphError.storage(.fileCallFailed(call: .open, code: errno))
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = template.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { unlink($0) } }
    }

    deinit { close(descriptor) }

    /// Appends bytes and returns where they begin.
    func append(_ bytes: UnsafeRawBufferPointer) throws(GraphError) -> Int {
        let start = lengthInBytes
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let written = pwrite(descriptor, base + done, bytes.count - done, off_t(start + done))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                if errno == ENOSPC { throw GraphError.storage(.diskFull) }
                throw GraphError.storage(.fileCallFailed(call: .write, code: errno))
            }
            done += written
        }
        lengthInBytes += bytes.count
        return start
    }

    /// Makes the file so long, with zeros past what there is.
    func extend(to length: Int) throws(GraphError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else {
            throw GraphError.storage(.fileCallFailed(call: .write, code: errno))
        }
        lengthInBytes = length
    }

    /// Writes in the midst of the file.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(GraphError) {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if errno == ENOSPC { throw GraphError.storage(.diskFull) }
                throw GraphError.storage(.fileCallFailed(call: .write, code: errno))
            }
            done += count
        }
    }

    /// Reads bytes that were appended.
    func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(GraphError) {
        var done = 0
        while done < target.count, let base = target.baseAddress {
            let count = pread(descriptor, base + done, target.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw GraphError.storage(.fileCallFailed(call: .read, code: errno))
            }
            done += count
        }
    }
}
