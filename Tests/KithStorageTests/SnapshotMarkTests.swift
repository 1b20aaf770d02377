import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

@Suite("The mark of open snapshots")
struct SnapshotMarkTests {
    private let directory = TemporaryDirectory()
    private let engine: StorageEngine
    /// The file as another process sees it.
    private let other: DiskFile

    init() throws {
        let path = directory.path + "/graph.kith"
        engine = try StorageEngine.open(path: path)
        other = try #require(
            try DiskFile.open(path: path, isReadOnly: false, takesLocks: true))
    }

    private func marked() throws -> UInt64? { try other.oldestSnapshot(below: 1 << 40) }

    /// Snapshots until one leaves its mark behind, which the next one would find.
    private func leaveMark() throws -> UInt64? {
        for _ in 0..<10_000 {
            try engine.beginRead().close()
            if let left = try marked() { return left }
        }
        return nil
    }

    private func commit(_ text: String) throws {
        let transaction = try engine.beginWrite()
        _ = try Array(text.utf8).withUnsafeBytes { bytes in
            try transaction.put(bytes, bytes, in: TreeID(0))
        }
        try transaction.commit()
    }

    @Test("stays for a moment after many snapshots, and then goes")
    func goesSoon() throws {
        try engine.beginRead().close()
        #expect(try marked() == nil, "one snapshot leaves nothing behind")
        for _ in 0..<3 {
            #expect(try leaveMark() != nil)
            var tries = 0
            while try marked() != nil, tries < 1_000 {
                usleep(10_000)
                tries += 1
            }
            #expect(try marked() == nil)
        }
    }

    @Test("is the commit of the snapshot, also where an older one's was left")
    func followsCommits() throws {
        for round in 0..<50 {
            _ = try leaveMark()
            try commit("row \(round)")
            let snapshot = try engine.beginRead()
            #expect(try marked() == snapshot.commitNumber)
            try commit("another \(round)")
            let newer = try engine.beginRead()
            #expect(try marked() == snapshot.commitNumber, "the oldest one's")
            snapshot.close()
            #expect(try marked() == newer.commitNumber)
            newer.close()
        }
    }

    @Test("does not survive that the database is closed")
    func goesWithTheDatabase() throws {
        #expect(try leaveMark() != nil)
        let snapshot = try engine.beginRead()
        try engine.close()
        #expect(try marked() == snapshot.commitNumber)
        snapshot.close()
        #expect(try marked() == nil)
    }
}
