import Glibc

/// Where output goes: a file descriptor behind a buffer, or memory in tests.
///
/// Not safe for use by several threads at once.
final class TextSink {
    private static let bufferSizeInBytes = 64 << 10

    /// Nil where the text stays in memory.
    let descriptor: Int32?
    private var buffer: [UInt8] = []
    /// Whether a write failed; nothing more is written then.
    var hasFailed: Bool { failure != nil }
    /// Why a write failed, in the system's words.
    private(set) var failure: String?

    /// Collects in memory.
    init() { descriptor = nil }

    /// Writes to a file descriptor, which stays open.
    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Appends text.
    func write(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.bufferSizeInBytes { flush() }
    }

    /// Appends bytes.
    func write(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSizeInBytes { flush() }
    }

    /// What was written so far, where this collects in memory.
    var text: String { String(decoding: buffer, as: UTF8.self) }

    /// Hands everything to the system.
    func flush() {
        guard let descriptor else { return }
        var start = 0
        while start < buffer.count, !hasFailed {
            let count = buffer.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
            }
            if count > 0 {
                start += count
            } else if errno != EINTR {
                failure = String(cString: strerror(errno))
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
