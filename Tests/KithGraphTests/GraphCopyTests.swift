import KithStorage
import KithTestSupport
import Testing

@testable import KithGraph

@Suite("A copy of a graph")
struct GraphCopyTests {
    @Test("has all that the graph has, and can be written to and copied", arguments: 1...8)
    func histories(seed: UInt64) throws {
        var history = try RandomHistory(seed: seed + 500)
        try history.run(transactions: 9)
        let directory = TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let paths = [directory.path + "/first.kith", directory.path + "/second.kith"]
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
        let directory = TemporaryDirectory()
        let path = directory.path + "/copy"
        let store = try GraphStore.inMemory()
        do {
            let givenUp = try DatabaseInTheMaking(path: path, options: StorageOptions())
            #expect(directory.names.count == 1)
            withExtendedLifetime(givenUp) {}
        }
        #expect(directory.names.isEmpty)
        do {
            let late = try DatabaseInTheMaking(path: path, options: StorageOptions())
            try store.copy(toNewFileAt: path)
            #expect(throws: StorageError.self) { try late.appear() }
        }
        #expect(directory.names == ["copy"])
        #expect(throws: GraphError.self) { try store.copy(toNewFileAt: path) }
        #expect(throws: GraphError.self) { try store.copy(toNewFileAt: path + "/below") }
        #expect(directory.names == ["copy"])
        #expect(try GraphStore.open(path: path).check() == [])
    }
}
