import Glibc
import KithValues

/// One file of an export, written through a buffer.
final class ExportFile {
    private static let bufferSizeInBytes = 256 << 10

    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var failure: Int32 = 0
    private var isClosed = false

    /// Makes the file, which must not be there yet, and writes its header.
    init(path: String, headers: [String]?) throws(ImportError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw ImportError(
                .unreadableFile, "cannot be written: \(systemErrorText(errno))", file: path)
        }
        guard let headers else { return }
        for (index, header) in headers.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            append(header)
        }
        buffer.append(0x0A)
    }

    deinit { if !isClosed { Glibc.close(descriptor) } }

    /// Writes a row of ids and properties.
    func row(
        _ ids: [UInt64], _ properties: [(key: PropertyKeyID, value: Value)],
        _ columns: ExportColumns
    ) {
        for (index, id) in ids.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer += Array(String(id).utf8)
        }
        for key in columns.keys {
            buffer.append(UInt8(ascii: ","))
            guard let property = properties.first(where: { $0.key == key }) else { continue }
            if columns.type(of: key) == "value" {
                var json: [UInt8] = []
                JSONText.append(property.value, to: &json)
                append(String(decoding: json, as: UTF8.self))
            } else {
                append(property.value.plainText ?? "")
            }
        }
        buffer.append(0x0A)
        if buffer.count >= Self.bufferSizeInBytes { flush() }
    }

    /// Writes bytes as they are.
    func write(_ bytes: [UInt8]) { buffer += bytes }

    /// Completes the file.
    func close() throws(ImportError) {
        flush()
        isClosed = true
        if Glibc.close(descriptor) != 0, failure == 0 { failure = errno }
        guard failure == 0 else {
            throw ImportError(
                .unreadableFile, "cannot be written: \(systemErrorText(failure))", file: path)
        }
    }

    /// Appends a field, quoted where it must be: an empty string is not a null.
    private func append(_ text: String) {
        let mustQuote =
            text.isEmpty
            || text.utf8.contains {
                $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
            }
        guard mustQuote else {
            buffer += Array(text.utf8)
            return
        }
        buffer.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { buffer.append(byte) }
            buffer.append(byte)
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private func flush() {
        var start = 0
        while start < buffer.count, failure == 0 {
            let count = buffer.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
            }
            if count >= 0 {
                start += count
            } else if errno != EINTR {
                failure = errno
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
