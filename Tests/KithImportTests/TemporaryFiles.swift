import Glibc

/// A directory for one test's files, removed with it.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/kith-import-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let made = mkdtemp(start) else { return "/tmp" }
            return String(cString: made)
        }
    }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink(path + "/" + name) }
        }
        closedir(directory)
        rmdir(path)
    }

    /// Writes a file of these bytes and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = path + "/" + name
        guard let stream = fopen(file, "w") else { return file }
        bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, stream) }
        fclose(stream)
        return file
    }

    /// Writes a file of this text and returns its path.
    func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }
}

/// The bytes of a file.
func readBytes(_ path: String) -> [UInt8] {
    guard let stream = fopen(path, "r") else { return [] }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, stream)
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}
