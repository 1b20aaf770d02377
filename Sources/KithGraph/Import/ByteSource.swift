import Glibc

/// A stream of bytes, pulled from a file: plain, or unpacked on the way.
///
/// Not safe for use by several threads at once.
class ByteSource {
    /// Bytes taken from the file so far, as they are on disk.
    var bytesConsumed: Int { 0 }

    /// Fills the front of `target` and returns how many bytes there are; 0 only at the end.
    func read(into target: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int { 0 }

    /// Called now and then while a pipe has nothing to read; what it throws ends the wait.
    typealias Waiting = () throws(ImportError) -> Void

    /// Opens a file and unpacks it where its first bytes say that it is compressed.
    static func open(
        path: String, whileWaiting: Waiting? = nil
    ) throws(ImportError) -> ByteSource {
        let file = try FileSource(path: path, whileWaiting: whileWaiting)
        let magic = try file.peek(count: 4)
        if magic.starts(with: [0x1F, 0x8B]) { return try GzipSource(file) }
        if magic == [0x28, 0xB5, 0x2F, 0xFD] { return try ZstdSource(file) }
        return file
    }
}

/// The bytes of a file as they are.
///
/// A pipe is waited for, also for somebody to write to it, in a way that can be given up.
final class FileSource: ByteSource {
    private static let waitInMilliseconds: Int32 = 50

    /// The path, as the caller named it.
    let path: String
    /// The file's length when it was opened; 0 for what is no regular file.
    let lengthInBytes: Int
    /// Whether it can be read again from its start, as no pipe can.
    let isRegular: Bool
    private let descriptor: Int32
    private let whileWaiting: Waiting?
    private var consumed = 0
    /// What was read of a pipe before it was asked for.
    private var ahead: [UInt8] = []

    /// Opens the file at `path` for reading.
    init(path: String, whileWaiting: Waiting? = nil) throws(ImportError) {
        self.whileWaiting = whileWaiting
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw ImportError(
                .unreadableFile, "cannot be opened: \(systemErrorText(errno))", file: path)
        }
        self.path = path
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw ImportError(.unreadableFile, "is a directory, not a file", file: path)
        }
        isRegular = status.st_mode & S_IFMT == S_IFREG
        lengthInBytes = isRegular ? Int(status.st_size) : 0
    }

    deinit { close(descriptor) }

    override var bytesConsumed: Int { consumed }

    /// The first bytes, which are still to be read; fewer where there are no more.
    func peek(count: Int) throws(ImportError) -> [UInt8] {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { bytes.deallocate() }
        while ahead.count < count {
            let more = try take(into: bytes, atMost: count - ahead.count)
            if more == 0 { break }
            ahead += bytes[..<more]
        }
        return ahead
    }

    override func read(into target: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        var count = min(ahead.count, target.count)
        if count > 0 {
            target.copyBytes(from: ahead[..<count])
            ahead.removeFirst(count)
        } else {
            count = try take(into: target, atMost: target.count)
        }
        consumed += count
        return count
    }

    private func take(
        into target: UnsafeMutableRawBufferPointer, atMost countMax: Int
    ) throws(ImportError) -> Int {
        while true {
            if !isRegular { try waitForInput() }
            let count = Glibc.read(descriptor, target.baseAddress, countMax)
            if count >= 0 { return count }
            guard errno == EINTR || errno == EAGAIN else {
                throw ImportError(
                    .unreadableFile, "cannot be read: \(systemErrorText(errno))", file: path)
            }
        }
    }

    /// Waits until there is something to read or the other end is closed; a pipe that nobody has written
    /// to yet counts as open.
    private func waitForInput() throws(ImportError) {
        while true {
            var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&source, 1, Self.waitInMilliseconds) > 0 { return }
            try whileWaiting?()
        }
    }
}

/// The system's words for an error number.
func systemErrorText(_ number: Int32) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
}
