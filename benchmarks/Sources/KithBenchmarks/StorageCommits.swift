import CSQLite
import Glibc
import KithStorage

/// Durable one-row commits into a table of 100,000 rows: what they ask of the system, against a bare
/// write and fdatasync of the same bytes (target: at most 1.3 times), and against SQLite's WAL at
/// synchronous=FULL (target: not behind).
enum StorageCommits {
    static func run(_ directory: String) throws {
        let engine = try StorageEngine.open(path: directory + "/commits.kith")
        var number: UInt64 = 0
        let fill = try engine.beginWrite()
        while number < 100_000 {
            try put(fill, &number)
        }
        try fill.commit()
        let sqlite = SQLite(path: directory + "/commits.sqlite")
        sqlite.fill(count: 100_000)
        for _ in 0..<50 {
            try commit(engine, &number)
            sqlite.commit()
        }
        let before = engine.statistics
        let counted = 200
        for _ in 0..<counted { try commit(engine, &number) }
        let after = engine.statistics
        func each(_ value: KeyPath<StorageStatistics, Int>) -> Double {
            Double(after[keyPath: value] - before[keyPath: value]) / Double(counted)
        }
        print(
            "  a commit: \(rounded(each(\.syncCalls))) syncs, \(rounded(each(\.writeCalls)))"
                + " writes (pages, commit page, published record) of"
                + " \(rounded(each(\.writtenBytes), 0)) bytes, \(rounded(each(\.readCalls))) reads")
        let bytes = Int(each(\.writtenBytes))
        let bare = BareFile(path: directory + "/commits.bare", byteCount: bytes)
        var ours: [Double] = []
        var theirs: [Double] = []
        var barely: [Double] = []
        for round in 0..<399 {
            // Each comes after each of the others equally often: what one leaves behind in the
            // processor's and the system's caches is the next one's loss.
            for turn in 0..<3 {
                let start = seconds()
                switch (round + (round % 2 == 0 ? turn : 2 * turn)) % 3 {
                case 0:
                    try commit(engine, &number)
                    ours.append(seconds() - start)
                case 1:
                    bare.commit()
                    barely.append(seconds() - start)
                default:
                    sqlite.commit()
                    theirs.append(seconds() - start)
                }
            }
        }
        print(
            "  median: Kith \(rounded(ours.median * 1e6, 0)) µs, bare \(rounded(barely.median * 1e6, 0))"
                + " µs, SQLite WAL FULL \(rounded(theirs.median * 1e6, 0)) µs;"
                + " ratio to bare \(rounded(ours.median / barely.median)) (target 1.3),"
                + " to SQLite \(rounded(ours.median / theirs.median)) (target 1)")
        print(
            "  fastest tenth: Kith \(rounded(ours.tenth * 1e6, 0)) µs, bare"
                + " \(rounded(barely.tenth * 1e6, 0)) µs, SQLite \(rounded(theirs.tenth * 1e6, 0)) µs;"
                + " ratios \(rounded(ours.tenth / barely.tenth)),"
                + " \(rounded(ours.tenth / theirs.tenth))")
        let start = processorSeconds()
        for _ in 0..<200 { try commit(engine, &number) }
        let middle = processorSeconds()
        for _ in 0..<200 { sqlite.commit() }
        print(
            "  processor time: Kith \(rounded((middle - start) / 200 * 1e6, 0)) µs, SQLite"
                + " \(rounded((processorSeconds() - middle) / 200 * 1e6, 0)) µs")
        try engine.close()
    }

    /// What a commit costs besides waiting for the disk.
    static func runUnsynced(_ directory: String) throws {
        let engine = try StorageEngine.open(path: directory + "/unsynced.kith")
        var number: UInt64 = 0
        let fill = try engine.beginWrite()
        while number < 100_000 { try put(fill, &number) }
        try fill.commit()
        let path = directory + "/unsynced.kith"
        for round in 1...5 {
            let start = processorSeconds()
            for _ in 0..<10_000 { try commit(engine, &number, durability: .deferred) }
            let each = (processorSeconds() - start) / 10_000 * 1e6
            var status = stat()
            stat(path, &status)
            print(
                "  after \(round * 10_000) deferred commits of one row: \(rounded(each, 1)) µs of"
                    + " processor time each, a file of \(status.st_size >> 20) MiB")
        }
        try engine.close()
    }

    private static func put(_ transaction: WriteTransaction, _ number: inout UInt64) throws {
        var key = (number &* 0x9E37_79B9_7F4A_7C15).bigEndian
        let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 100)
        number += 1
        try withUnsafeBytes(of: &key) { key in
            try value.withUnsafeBytes { try transaction.put(key, $0, in: TreeID(0)) }
        }
    }

    @inline(never)
    private static func commit(
        _ engine: StorageEngine, _ number: inout UInt64, durability: Durability = .full
    ) throws {
        let transaction = try engine.beginWrite()
        try put(transaction, &number)
        try transaction.commit(durability: durability)
    }
}

/// As many bytes over and over into a file that has its space already.
final class BareFile {
    private let descriptor: Int32
    private let bytes: UnsafeMutableRawBufferPointer
    private var place = 0

    init(path: String, byteCount: Int) {
        descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        bytes = .allocate(byteCount: byteCount, alignment: 4096)
        bytes.initializeMemory(as: UInt8.self, repeating: 1)
        for index in 0..<1000 {
            pwrite(descriptor, bytes.baseAddress, byteCount, index * byteCount)
        }
        fsync(descriptor)
    }

    deinit {
        close(descriptor)
        bytes.deallocate()
    }

    func commit() {
        pwrite(descriptor, bytes.baseAddress, bytes.count, place % 1000 * bytes.count)
        fdatasync(descriptor)
        place += 1
    }
}

/// Just enough of SQLite to compare with.
final class SQLite {
    private var handle: OpaquePointer?
    private var insertion: OpaquePointer?
    private var number: Int64 = 0

    init(path: String) {
        sqlite3_open(path, &handle)
        execute("PRAGMA journal_mode=WAL")
        execute("PRAGMA synchronous=FULL")
        execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)")
        sqlite3_prepare_v2(handle, "INSERT INTO t VALUES (?, ?)", -1, &insertion, nil)
    }

    deinit {
        sqlite3_finalize(insertion)
        sqlite3_close(handle)
    }

    private func execute(_ text: String) {
        let code = sqlite3_exec(handle, text, nil, nil, nil)
        precondition(code == SQLITE_OK, text)
    }

    func fill(count: Int) {
        execute("BEGIN")
        for _ in 0..<count { commit() }
        execute("COMMIT")
    }

    /// One row; a transaction of its own unless one is open.
    func commit() {
        let key = number &* Int64(bitPattern: 0x9E37_79B9_7F4A_7C15)
        let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 100)
        number += 1
        sqlite3_reset(insertion)
        sqlite3_bind_int64(insertion, 1, key)
        value.withUnsafeBytes { bytes in
            // The bytes stay where they are until the statement has run.
            sqlite3_bind_blob(insertion, 2, bytes.baseAddress, Int32(bytes.count), nil)
            let code = sqlite3_step(insertion)
            precondition(code == SQLITE_DONE, "the row was not stored")
        }
        sqlite3_reset(insertion)
    }
}
