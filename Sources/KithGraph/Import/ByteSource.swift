import Glibc

/// A stream of bytes, pulled from a file: plain, or unpacked on the way.
///
/// Not safe for use by several threads at once.
class ByteSource {
    /// Bytes taken from the file so far, as they are on disk.
    var bytesConsumed: Int { 0 }

    /// Fills the front of `target` and returns how many bytes there are; 0 only at the end.
    func read(into target: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int { 0 }

    /// Opens a file and unpacks it where its first bytes say that it is compressed.
    static func open(path: String) throws(ImportError) -> ByteSource {
        let file = try FileSource(path: path)
        var magic: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
        let count = withUnsafeMutableBytes(of: &magic) { file.peek(into: $0) }
        if count >= 2, magic.0 == 0x1F, magic.1 == 0x8B {
            return try GzipSource(file)
        }
        if count == 4, magic.0 == 0x28, magic.1 == 0xB5, magic.2 == 0x2F, magic.3 == 0xFD {
            return try ZstdSource(file)
        }
        return file
    }
}

/// The bytes of a file as they are.
final class FileSource: ByteSource {
    /// The path, as the caller named it.
    let path: String
    /// The file's length when it was opened; 0 for what is no regular file.
    let lengthInBytes: Int
    private let descriptor: Int32
    private var consumed = 0

    /// Opens the file at `path` for reading.
    init(path: String) throws(ImportError) {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
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
        lengthInBytes = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    }

    deinit { close(descriptor) }

    override var bytesConsumed: Int { consumed }

    /// Copies the first bytes of a regular file without moving on.
    func peek(into target: UnsafeMutableRawBufferPointer) -> Int {
        max(0, pread(descriptor, target.baseAddress, target.count, 0))
    }

    override func read(into target: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        while true {
            let count = Glibc.read(descriptor, target.baseAddress, target.count)
            if count >= 0 {
                consumed += count
                return count
            }
            guard errno == EINTR else {
                throw ImportError(
                    .unreadableFile, "cannot be read: \(systemErrorText(errno))", file: path)
            }
        }
    }
}

/// The system's words for an error number.
func systemErrorText(_ number: Int32) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
}
