import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

@Suite("A database file")
struct FileTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/graph.kith" }

    private func write(_ bytes: [UInt8]) {
        let descriptor = Glibc.open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o644)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    private func contents() -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return Array(bytes.prefix(max(0, count)))
    }

    @Test("appears whole, for its owner only, with nothing beside it")
    func appears() throws {
        let engine = try StorageEngine.open(path: path)
        #expect(directory.names == ["graph.kith"])
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let transaction = try engine.beginWrite()
        try transaction.put([1], [2], in: TreeID(0))
        try transaction.commit()
        try engine.close()
        #expect(throws: StorageError.closed) { _ = try engine.beginRead() }
        #expect(throws: StorageError.closed) { _ = try engine.beginWrite() }
        let again = try StorageEngine.open(path: path)
        #expect(try again.beginRead().value(in: TreeID(0), forKey: [1]) == [2])
    }

    @Test("that is empty, foreign or newer is refused and left as it is")
    func refused() throws {
        write([])
        #expect(throws: StorageError.emptyFile) { _ = try StorageEngine.open(path: path) }
        #expect(contents().isEmpty)
        for size in [1, 511, 4096, 20480, 50_000] {
            let foreign = [UInt8](repeating: 65, count: size)
            write(foreign)
            #expect(throws: StorageError.notADatabase) { _ = try StorageEngine.open(path: path) }
            #expect(contents() == foreign)
        }
        unlink(path)
        _ = try StorageEngine.open(path: path)
        var newer = contents()
        newer[8] = 3
        write(newer)
        #expect(throws: StorageError.newerFormat(version: 3)) {
            _ = try StorageEngine.open(path: path)
        }
        #expect(contents() == newer)
        unlink(path)
        mkdir(path, 0o700)
        #expect(throws: StorageError.self) { _ = try StorageEngine.open(path: path) }
        rmdir(path)
    }

    @Test("that is missing is made only if that was asked for")
    func missing() throws {
        var options = StorageOptions()
        options.creation = .never
        #expect(throws: StorageError.fileMissing) {
            _ = try StorageEngine.open(path: path, options: options)
        }
        options = StorageOptions()
        options.isReadOnly = true
        #expect(throws: StorageError.fileMissing) {
            _ = try StorageEngine.open(path: path, options: options)
        }
        #expect(throws: StorageError.fileCallFailed(call: .open, code: ENOENT)) {
            _ = try StorageEngine.open(path: directory.path + "/none/graph.kith")
        }
        #expect(directory.names.isEmpty)
    }

    @Test("opened for reading is not written to, and follows the writer")
    func readOnly() throws {
        let writer = try StorageEngine.open(path: path)
        var options = StorageOptions()
        options.isReadOnly = true
        let reader = try StorageEngine.open(path: path, options: options)
        #expect(throws: StorageError.readOnly) { _ = try reader.beginWrite() }
        let before = try reader.beginRead()
        for number in UInt8(1)...20 {
            let transaction = try writer.beginWrite()
            try transaction.put([number], [number], in: TreeID(0))
            try transaction.commit()
            let seen = try reader.beginRead()
            #expect(try seen.value(in: TreeID(0), forKey: [number]) == [number])
        }
        #expect(try before.entryCount(in: TreeID(0)) == 0)
        let bytes = contents()
        #expect(try reader.check().isEmpty)
        try reader.close()
        #expect(contents() == bytes)
        options.isImmutable = true
        let immutable = try StorageEngine.open(path: path, options: options)
        #expect(try immutable.beginRead().entryCount(in: TreeID(0)) == 20)
    }

    @Test("lets a second writer wait, and names the first when it waits in vain")
    func secondWriter() throws {
        let first = try StorageEngine.open(path: path)
        let second = try StorageEngine.open(path: path)
        let transaction = try first.beginWrite()
        try transaction.put([1], [1], in: TreeID(0))
        #expect(throws: StorageError.writerBusy(holder: getpid())) {
            _ = try second.beginWrite(timeoutInMilliseconds: 30)
        }
        #expect(throws: StorageError.writerBusy(holder: getpid())) {
            _ = try first.beginWrite(timeoutInMilliseconds: 30)
        }
        try transaction.commit()
        let next = try second.beginWrite(timeoutInMilliseconds: 30)
        #expect(try next.reader.value(in: TreeID(0), forKey: [1]) == [1])
        try next.put([2], [2], in: TreeID(0))
        try next.commit()
        #expect(try first.beginRead().value(in: TreeID(0), forKey: [2]) == [2])
        #expect(try first.check().isEmpty)
    }

    @Test("keeps what another process reads, until that is done")
    func snapshotsOfOthers() throws {
        let writer = try StorageEngine.open(path: path)
        let other = try StorageEngine.open(path: path)
        func write(_ round: UInt8) throws {
            let transaction = try writer.beginWrite()
            for number in UInt8(0)..<200 {
                try transaction.put(
                    [number], [UInt8](repeating: round, count: 60), in: TreeID(0))
            }
            try transaction.commit()
        }
        try write(0)
        let early = try other.beginRead()
        for round in UInt8(1)...10 { try write(round) }
        var status = stat()
        stat(path, &status)
        let grown = status.st_size
        for number in UInt8(0)..<200 {
            #expect(
                try early.value(in: TreeID(0), forKey: [number]) == [UInt8](repeating: 0, count: 60)
            )
        }
        early.close()
        for round in UInt8(11)...60 { try write(round) }
        stat(path, &status)
        #expect(status.st_size <= grown + 400_000, "freed pages are used again")
        #expect(try writer.check().isEmpty)
    }

    @Test("that was replaced is not written to")
    func replaced() throws {
        let engine = try StorageEngine.open(path: path)
        rename(path, path + ".old")
        _ = try StorageEngine.open(path: path)
        #expect(throws: StorageError.fileReplaced) { _ = try engine.beginWrite() }
    }
}
