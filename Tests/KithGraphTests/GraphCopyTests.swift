import Glibc
import KithStorage
import Testing

@testable import KithGraph

@Suite("A copy of a graph")
struct GraphCopyTests {
    private static func path(_ seed: UInt64) -> String {
        "/tmp/kith-copy-\(getpid())-\(seed)-\(UInt32.random(in: 0 ... .max)).kith"
    }

    @Test("has all that the graph has, and can be written to and copied", arguments: 1...8)
    func histories(seed: UInt64) throws {
        var history = try RandomHistory(seed: seed + 500)
        try history.run(transactions: 9)
        let paths = [Self.path(seed), Self.path(seed)]
        defer { for path in paths { unlink(path) } }
        var store = history.store
        for path in paths {
            try store.copy(toNewFileAt: path)
            store = try GraphStore.open(path: path, options: history.store.options)
            #expect(try store.check() == [])
            let reader = try store.beginRead()
            try GraphComparison(reader: reader, model: history.model, note: history.note).check()
            reader.close()
        }
        history.store = store
        try history.run(transactions: 4)
        try store.close()
    }

    @Test("takes nobody's place and leaves nothing behind where it cannot be made")
    func otherFiles() throws {
        let directory = Self.path(0)
        mkdir(directory, 0o700)
        defer { rmdir(directory) }
        func names() -> [String] {
            guard let handle = opendir(directory) else { return [] }
            defer { closedir(handle) }
            var names: [String] = []
            while let entry = readdir(handle) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { names.append(name) }
            }
            return names
        }
        let path = directory + "/copy"
        let store = try GraphStore.inMemory()
        do {
            let givenUp = try DatabaseInTheMaking(path: path, options: StorageOptions())
            #expect(names().count == 1)
            withExtendedLifetime(givenUp) {}
        }
        #expect(names().isEmpty)
        do {
            let late = try DatabaseInTheMaking(path: path, options: StorageOptions())
            try store.copy(toNewFileAt: path)
            #expect(throws: StorageError.self) { try late.appear() }
        }
        #expect(names() == ["copy"])
        #expect(throws: GraphError.self) { try store.copy(toNewFileAt: path) }
        #expect(throws: GraphError.self) { try store.copy(toNewFileAt: path + "/below") }
        #expect(names() == ["copy"])
        #expect(try GraphStore.open(path: path).check() == [])
        unlink(path)
    }
}
