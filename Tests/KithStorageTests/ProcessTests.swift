import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

// Swift hides `fork`, which is right for programs; here the children do little and end at once.
@_silgen_name("fork") private func forkProcess() -> Int32

/// Several processes at one file.
@Suite("Several processes", .serialized)
struct ProcessTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/graph.kith" }

    /// Runs `body` in a child process and returns its process id.
    private func inChild(_ body: () throws -> Int32) -> Int32 {
        let child = forkProcess()
        if child == 0 {
            var code: Int32 = 99
            do { code = try body() } catch {}
            _exit(code)
        }
        return child
    }

    private func exitCode(of child: Int32) -> Int32 {
        var status: Int32 = 0
        waitpid(child, &status, 0)
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }

    @Test("wait for one another's writes, and know who writes")
    func writers() throws {
        _ = try StorageEngine.open(path: path)
        var pipes: [Int32] = [0, 0]
        pipe(&pipes)
        let path = self.path
        let child = inChild {
            let engine = try StorageEngine.open(path: path)
            let transaction = try engine.beginWrite()
            try transaction.put([7], [7], in: TreeID(0))
            Glibc.write(pipes[1], "x", 1)
            usleep(300_000)
            try transaction.commit()
            return 0
        }
        var byte: UInt8 = 0
        read(pipes[0], &byte, 1)
        let engine = try StorageEngine.open(path: path)
        #expect(throws: StorageError.writerBusy(holder: child)) {
            _ = try engine.beginWrite(timeoutInMilliseconds: 20)
        }
        #expect(try engine.beginRead().value(in: TreeID(0), forKey: [7]) == nil)
        let transaction = try engine.beginWrite(timeoutInMilliseconds: 20_000)
        #expect(try transaction.reader.value(in: TreeID(0), forKey: [7]) == [7])
        transaction.rollback()
        #expect(exitCode(of: child) == 0)
        close(pipes[0])
        close(pipes[1])
    }

    @Test("do not mind one that is killed while it writes")
    func killed() throws {
        let engine = try StorageEngine.open(path: path)
        let path = self.path
        for round in UInt8(0)..<6 {
            let child = inChild {
                let engine = try StorageEngine.open(path: path)
                var number: UInt8 = 0
                while true {
                    let transaction = try engine.beginWrite()
                    for key in UInt8(0)..<50 {
                        try transaction.put([key], [round, number], in: TreeID(0))
                    }
                    try transaction.commit(durability: .deferred)
                    number &+= 1
                }
            }
            usleep(40_000)
            kill(child, SIGKILL)
            _ = exitCode(of: child)
            let transaction = try engine.beginWrite(timeoutInMilliseconds: 1_000)
            let value = try transaction.reader.value(in: TreeID(0), forKey: [0])
            for key in UInt8(1)..<50 {
                #expect(try transaction.reader.value(in: TreeID(0), forKey: [key]) == value)
            }
            try transaction.put([200], [round], in: TreeID(0))
            try transaction.commit()
            #expect(try engine.check().isEmpty)
        }
    }

    @Test("do not share a handle across a fork")
    func forked() throws {
        let engine = try StorageEngine.open(path: path)
        let snapshot = try engine.beginRead()
        let other = try #require(
            try DiskFile.open(path: path, isReadOnly: false, takesLocks: true))
        let child = inChild {
            // The mark of the parent's snapshot is not the child's to remove.
            snapshot.close()
            do {
                _ = try engine.beginRead()
                return 1
            } catch StorageError.usedAfterFork {
            }
            do {
                _ = try engine.beginWrite()
                return 2
            } catch StorageError.usedAfterFork {
            }
            return 0
        }
        #expect(exitCode(of: child) == 0)
        #expect(try other.oldestSnapshot(below: 1 << 40) == snapshot.commitNumber)
        snapshot.close()
        _ = try engine.beginRead()
    }
}
