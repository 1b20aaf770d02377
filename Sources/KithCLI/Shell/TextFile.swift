import Glibc

/// Reads whole text files.
enum TextFile {
    /// The file's text; nil where it cannot be read or is not UTF-8.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return read(descriptor)
    }

    /// All that is left to read from a descriptor; nil where that fails or is not UTF-8. What is
    /// stored must be what was written, so bytes that mean nothing are not replaced.
    static func read(_ descriptor: Int32) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 {
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    errno = EILSEQ
                    return nil
                }
                return text
            }
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            bytes += buffer[..<count]
        }
    }

    /// Why the last reading failed.
    static var lastErrorText: String {
        errno == EILSEQ ? "the text is not valid UTF-8" : String(cString: strerror(errno))
    }
}
