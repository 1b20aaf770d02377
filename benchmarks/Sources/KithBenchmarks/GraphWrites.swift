import CSQLite
import Glibc
import Kith
import KithStorage

/// Writing through the library: what a customer graph is told all day, one row or a thousand at a time,
/// in turn with SQLite's WAL at synchronous=FULL; and sixteen threads at once.
///
/// `insert` makes a note, `touch` an interaction between a customer and a channel that are found by
/// key, `update` sets one property of a customer found by key.
enum GraphWrites {
    private static let customerCount = 10_000

    static func runSingle(_ directory: String) throws {
        try run(directory, rows: 1, rounds: 300)
    }

    static func runBulk(_ directory: String) throws {
        try run(directory, rows: 1_000, rounds: 20)
    }

    /// A thousand statements of one row each, in one transaction.
    static func runLoop(_ directory: String) throws {
        try run(directory, rows: 1_000, rounds: 20, isOneByOne: true)
    }

    /// What writing one row costs besides the disk: the processor's time of durable statements of one
    /// row, in `directory` (best one without a disk).
    static func runProcessor(_ directory: String) throws {
        let database = try opened(directory + "/processor.kith")
        var random = Shuffled()
        var number = 1_000_000
        for work in Work.chosen {
            let statement = try work.prepared(rows: 1)
            let rounds = 3_000
            let start = processorSeconds()
            for _ in 0..<rounds {
                let customer = Int(random.next() % UInt64(customerCount))
                try work.perform([(number, customer)], statement, in: database)
                number += 1
            }
            let each = (processorSeconds() - start) / Double(rounds) * 1e6
            print("  \(work.rawValue): \(rounded(each, 1)) µs of processor time")
        }
        try database.close()
    }

    private static func run(
        _ directory: String, rows: Int, rounds: Int, isOneByOne: Bool = false
    ) throws {
        let path = directory + "/writes-\(rows).kith"
        let database = try opened(path)
        let peer = SQLiteWrites(path: directory + "/writes-\(rows).sqlite")
        var random = Shuffled()
        var number = 1_000_000_000
        let rounds = getenv("KITH_BENCH_ROUNDS").flatMap { Int(String(cString: $0)) } ?? rounds
        for work in Work.chosen {
            let statement = try work.prepared(rows: isOneByOne ? 1 : rows)
            func perform(_ batch: [(number: Int, customer: Int)]) throws {
                guard isOneByOne else { return try work.perform(batch, statement, in: database) }
                try database.write { transaction in
                    for row in work.parameters(batch) {
                        _ = try transaction.run(
                            statement, parameters: Dictionary(uniqueKeysWithValues: row)
                        ).collected()
                    }
                }
            }
            var ours: [Double] = []
            var theirs: [Double] = []
            let before = database.store.storage.statistics
            for _ in 0..<rounds {
                let batch = (0..<rows).map { index in
                    (number: number + index, customer: Int(random.next() % UInt64(customerCount)))
                }
                number += rows
                let start = seconds()
                try perform(batch)
                let middle = seconds()
                peer.perform(work, batch)
                ours.append(middle - start)
                theirs.append(seconds() - middle)
            }
            let after = database.store.storage.statistics
            let processor = processorSeconds()
            for _ in 0..<rounds / 2 {
                let batch = (0..<rows).map { index in
                    (number: number + index, customer: Int(random.next() % UInt64(customerCount)))
                }
                number += rows
                try perform(batch)
            }
            let each = (processorSeconds() - processor) / Double(rounds / 2)
            print(
                "  \(work.rawValue) \(rows): Kith \(rounded(ours.median * 1e6, 0)) µs, SQLite"
                    + " \(rounded(theirs.median * 1e6, 0)) µs, ratio"
                    + " \(rounded(ours.median / theirs.median)); fastest tenth"
                    + " \(rounded(ours.tenth * 1e6, 0)) and \(rounded(theirs.tenth * 1e6, 0)) µs;"
                    + " processor time \(rounded(each * 1e6, 0)) µs;"
                    + " \(rounded(Double(after.syncCalls - before.syncCalls) / Double(rounds))) syncs,"
                    + " \(rounded(Double(after.writtenBytes - before.writtenBytes) / Double(rounds), 0)) bytes;"
                    + " the file has \(rounded(Double(size(of: path)) / 1e6, 1)) MB"
            )
        }
        try close(database)
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func copy(_ source: String, to path: String) throws {
        let from = Glibc.open(source, O_RDONLY)
        let to = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(from >= 0 && to >= 0, "the graph cannot be copied")
        defer {
            Glibc.close(from)
            Glibc.close(to)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(from, buffer.baseAddress, buffer.count)
            if count <= 0 { break }
            precondition(Glibc.write(to, buffer.baseAddress, count) == count, "a full disk")
        }
    }

    /// Closes a database that is found sound.
    private static func close(_ database: Database) throws {
        let findings = try database.store.check()
        precondition(findings.isEmpty, "the graph is damaged: \(findings.prefix(3))")
        try database.close()
    }

    /// Commits per second of one thread and of sixteen, each of a node of its own: statements in
    /// transactions of their own, and closures that write; beside bare writes of as many bytes as one
    /// statement's, which share syncs and do nothing else.
    static func runGroup(_ directory: String) throws {
        let database = try opened(directory + "/group.kith")
        let statement = try PreparedStatement("CREATE (:Note {id: $id, body: 'a note'})")
        let bare = BareCommits(
            path: directory + "/bare", bytesPerCommit: 16_384, threadsMax: sharingThreads)
        let storage = database.store.storage
        let ways: [(String, @Sendable (Int64) throws -> Void, () -> Int)] = [
            (
                "execute",
                { _ = try database.execute(statement, parameters: ["id": .integer($0)]) },
                { Int(storage.statistics.syncCalls) }
            ),
            (
                "write",
                { id in
                    try database.write { transaction in
                        _ = try transaction.run(statement, parameters: ["id": .integer(id)])
                    }
                }, { Int(storage.statistics.syncCalls) }
            ),
            ("bare", { _ in bare.commit() }, { bare.syncCount }),
        ]
        var number: Int64 = 0
        var rates = ways.map { _ in (single: [Double](), many: [Double](), shared: [Double]()) }
        // In turn: the disk is not as fast at all times.
        for _ in 0..<9 {
            for (index, (_, way, syncs)) in ways.enumerated() {
                rates[index].single.append(rate(1, each: 300, first: &number, way))
                let before = syncs()
                rates[index].many.append(rate(sharingThreads, each: 200, first: &number, way))
                rates[index].shared.append(
                    Double(sharingThreads * 200) / Double(syncs() - before))
            }
        }
        for (way, rates) in zip(ways, rates) {
            print(
                "  \(way.0): one thread \(rounded(rates.single.median, 0)) commits/s, sixteen"
                    + " \(rounded(rates.many.median, 0)), ratio"
                    + " \(rounded(rates.many.median / rates.single.median)) (target 8);"
                    + " \(rounded(rates.shared.median, 1)) commits a sync")
        }
        try close(database)
    }

    private static let sharingThreads = 16

    /// Commits per second of so many threads.
    private static func rate(
        _ threads: Int, each: Int, first number: inout Int64,
        _ way: @escaping @Sendable (Int64) throws -> Void
    ) -> Double {
        let first = number
        number += Int64(threads * each)
        let start = seconds()
        let running = (0..<threads).map { thread in
            started {
                for index in 0..<each {
                    do {
                        try way(first + Int64(thread * each + index))
                    } catch {
                        preconditionFailure("a note was not written: \(error)")
                    }
                }
            }
        }
        for thread in running { pthread_join(thread, nil) }
        return Double(threads * each) / (seconds() - start)
    }

    private static func started(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        final class Box {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        precondition(code == 0, "a thread could not be started")
        return thread
    }

    /// A graph of customers: a copy of the file that `KITH_BENCH_GRAPH` names, or a new one.
    private static func opened(_ path: String) throws -> Database {
        if let known = getenv("KITH_BENCH_GRAPH") {
            try copy(String(cString: known), to: path)
            let database = try Database.open(path)
            try database.execute(
                "CREATE CONSTRAINT note_id FOR (n:Note) REQUIRE n.id IS UNIQUE")
            return database
        }
        let database = try Database.open(path)
        for text in [
            "CREATE CONSTRAINT customer_id FOR (c:Customer) REQUIRE c.id IS UNIQUE",
            "CREATE CONSTRAINT channel_id FOR (c:Channel) REQUIRE c.id IS UNIQUE",
            "CREATE CONSTRAINT note_id FOR (n:Note) REQUIRE n.id IS UNIQUE",
            "UNWIND range(0, 7) AS i CREATE (:Channel {id: i, name: 'channel ' + toString(i)})",
            "UNWIND range(0, \(customerCount - 1)) AS i"
                + " CREATE (:Customer {id: i, name: 'customer ' + toString(i), segment: 'new', score: i * 0.5})",
            "MATCH (c:Customer), (h:Channel {id: c.id % 8}) CREATE (c)-[:HAD]->"
                + "(:Interaction {id: c.id, ts: c.id, kind: 'call', sentiment: 0.5})-[:ON_CHANNEL]->(h)",
        ] {
            try database.execute(Query(text))
        }
        return database
    }

    enum Work: String, CaseIterable {
        case insert, touch, update

        /// The one that `KITH_BENCH_ONLY` names, or all.
        static var chosen: [Work] {
            guard let name = getenv("KITH_BENCH_ONLY") else { return allCases }
            return allCases.filter { $0.rawValue == String(cString: name) }
        }

        /// The statement for one row and for a list of them.
        private var text: (String, String) {
            switch self {
            case .insert:
                (
                    "CREATE (:Note {id: $i, body: $b})",
                    "UNWIND $rows AS r CREATE (:Note {id: r.i, body: r.b})"
                )
            case .touch:
                (
                    "MATCH (c:Customer {id: $c}), (ch:Channel {id: $h}) CREATE (c)-[:HAD]->"
                        + "(i:Interaction {id: $i, ts: $t, kind: 'call', sentiment: 0.5})-[:ON_CHANNEL]->(ch)",
                    "UNWIND $rows AS r MATCH (c:Customer {id: r.c}), (ch:Channel {id: r.h}) CREATE"
                        + " (c)-[:HAD]->(i:Interaction {id: r.i, ts: r.t, kind: 'call', sentiment: 0.5})"
                        + "-[:ON_CHANNEL]->(ch)"
                )
            case .update:
                (
                    "MATCH (c:Customer {id: $c}) SET c.segment = $b",
                    "UNWIND $rows AS r MATCH (c:Customer {id: r.c}) SET c.segment = r.b"
                )
            }
        }

        /// The statement, parsed once.
        func prepared(rows: Int) throws -> PreparedStatement {
            try PreparedStatement(rows == 1 ? text.0 : text.1)
        }

        /// The parameters of each row.
        func parameters(_ batch: [(number: Int, customer: Int)]) -> [[(String, Value)]] {
            batch.map { row in
                let text = "note \(row.number)"
                let customer = Value.integer(Int64(row.customer))
                let number = Value.integer(Int64(row.number))
                return switch self {
                case .insert: [("i", number), ("b", .string(text))]
                case .touch:
                    [
                        ("c", customer), ("h", .integer(Int64(row.number % 8))), ("i", number),
                        ("t", number),
                    ]
                case .update: [("c", customer), ("b", .string(text))]
                }
            }
        }

        func perform(
            _ batch: [(number: Int, customer: Int)], _ statement: PreparedStatement,
            in database: Database
        ) throws {
            let rows = parameters(batch)
            if rows.count == 1 {
                _ = try database.execute(
                    statement, parameters: Dictionary(uniqueKeysWithValues: rows[0]))
            } else {
                let list = rows.map { Value.map(ValueMap($0)) }
                _ = try database.execute(statement, parameters: ["rows": .list(list)])
            }
        }
    }
}

/// The same work in SQLite: one table a kind of node, an interaction with the keys of both ends.
private final class SQLiteWrites {
    private var handle: OpaquePointer?
    private var statements: [GraphWrites.Work: OpaquePointer] = [:]

    init(path: String) {
        sqlite3_open(path, &handle)
        for text in [
            "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, segment TEXT, score REAL)",
            "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)",
            "CREATE TABLE interaction (id INTEGER PRIMARY KEY, ts INTEGER, kind TEXT,"
                + " sentiment REAL, customer_id INTEGER, channel_id INTEGER)",
            "CREATE INDEX by_customer ON interaction (customer_id, ts)",
            "CREATE INDEX by_channel ON interaction (channel_id)",
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
                + " INSERT INTO customer SELECT i, 'customer ' || i, 'new', i * 0.5 FROM n",
            "INSERT INTO interaction SELECT id, id, 'call', 0.5, id, id % 8 FROM customer",
        ] {
            let code = sqlite3_exec(handle, text, nil, nil, nil)
            precondition(code == SQLITE_OK, text)
        }
        let texts: [GraphWrites.Work: String] = [
            .insert: "INSERT INTO note VALUES (?1, ?2)",
            .touch: "INSERT INTO interaction VALUES (?1, ?1, 'call', 0.5, ?3, ?1 % 8)",
            .update: "UPDATE customer SET segment = ?2 WHERE id = ?3",
        ]
        for (work, text) in texts {
            var statement: OpaquePointer?
            sqlite3_prepare_v2(handle, text, -1, &statement, nil)
            statements[work] = statement
        }
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close(handle)
    }

    func perform(_ work: GraphWrites.Work, _ batch: [(number: Int, customer: Int)]) {
        guard let statement = statements[work] else { return }
        if batch.count > 1 { sqlite3_exec(handle, "BEGIN", nil, nil, nil) }
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for row in batch {
            sqlite3_reset(statement)
            sqlite3_bind_int64(statement, 1, Int64(row.number))
            if work != .touch { sqlite3_bind_text(statement, 2, "note \(row.number)", -1, copied) }
            if work != .insert { sqlite3_bind_int64(statement, 3, Int64(row.customer)) }
            let code = sqlite3_step(statement)
            precondition(code == SQLITE_DONE, "a row was not stored")
        }
        sqlite3_reset(statement)
        if batch.count > 1 { sqlite3_exec(handle, "COMMIT", nil, nil, nil) }
    }
}
