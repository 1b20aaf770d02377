import Glibc
import Kith
import KithCRM
import KithStorage

/// `hot NAME`: one small fixed piece of work on a path that programs take all day, for counting its
/// instructions; `hot` alone prints the names.
///
/// `benchmarks/check.py` runs each below callgrind, which counts what ``countedWork(_:)`` and all below
/// it execute: nothing of the set-up. Everything is on one thread and made from fixed seeds.
enum HotPaths {
    /// A piece of work: sets up what it needs and gives what is counted.
    private struct Path {
        let name: String
        let prepare: () throws -> () throws -> Void
    }

    private static let customers = 400

    private static var paths: [Path] {
        [
            reading("point-lookup", runs: 200, "MATCH (c:Customer {id: $id}) RETURN c.name"),
            reading(
                "one-hop", runs: 100,
                "MATCH (:Customer {id: $id})-[:FRIEND]-(f:Customer) RETURN f.id"),
            reading(
                "two-hops", runs: 30,
                "MATCH (:Customer {id: $id})-[:FRIEND*1..2]-(f) RETURN count(DISTINCT f)"),
            reading(
                "filter-scan", runs: 20,
                "MATCH (o:Order) WHERE o.total IS NOT NULL AND o.id % 7 = 3 RETURN count(*)"),
            reading(
                "text-scan", runs: 20,
                "MATCH (c:Customer) WHERE c.name CONTAINS 'an' RETURN count(*)"),
            reading(
                "grouped-count", runs: 5,
                "MATCH (c:Customer)-[:PLACED]->(o:Order) RETURN c.lang, c.stage, count(*)"),
            reading(
                "top-rows", runs: 5,
                "MATCH (o:Order) RETURN o.id, o.total ORDER BY o.at DESC, o.id LIMIT 10"),
            reading(
                "count-by-degree", runs: 5,
                "MATCH (a:Customer)-[:FRIEND]-(b)-[:FRIEND]-(c) WHERE a <> c RETURN count(*)"),
            reading(
                "triangles", runs: 3,
                "MATCH (a:Customer)-[:FRIEND]->(b)-[:FRIEND]->(c), (a)-[:FRIEND]->(c) RETURN count(*)"
            ),
            Path(name: "tree-get", prepare: treeGets),
            Path(name: "commit", prepare: commits),
            Path(name: "plan", prepare: plans),
            Path(name: "load", prepare: loads),
        ]
    }

    static func run(_ arguments: [String]) throws {
        guard let name = arguments.first else {
            for path in paths { print(path.name) }
            return
        }
        guard let path = paths.first(where: { $0.name == name }) else {
            print("there is no path \(name)")
            exit(2)
        }
        let work = try path.prepare()
        try countedWork(work)
    }

    private static func database() throws -> Database {
        var options = Database.Options()
        options.execution.threads = 1
        let database = try Database.inMemory(options: options)
        let load = try BulkLoad(store: database.store, threads: 1)
        try DemoGraph(customerCount: customers).fill(load)
        try load.finish()
        return database
    }

    /// A statement that runs several times in one reading transaction, after once to fill the caches.
    private static func reading(_ name: String, runs: Int, _ text: String) -> Path {
        Path(name: name) {
            let database = try database()
            let statement = try PreparedStatement(text)
            let transaction = try database.beginRead()
            // Made here, so that only the statements are counted.
            let draws = (0..<runs).map { id -> [String: Value] in
                text.contains("$") ? ["id": .integer(Int64(1 + id * 37 % customers))] : [:]
            }
            func run(_ parameters: [String: Value]) throws {
                _ = try transaction.run(statement, parameters: parameters).collected()
            }
            for parameters in draws.prefix(10) { try run(parameters) }
            return { for parameters in draws { try run(parameters) } }
        }
    }

    /// Gets of 8-byte keys from a tree of three levels.
    private static func treeGets() throws -> () throws -> Void {
        let engine = try StorageEngine.inMemory()
        let transaction = try engine.beginWrite()
        try StorageGets.load(transaction, count: 100_000)
        try transaction.commit()
        let reader = try engine.beginRead()
        return {
            var shuffled = Shuffled()
            for _ in 0..<2_000 {
                var key = (shuffled.next() % 100_000 * 7_919).bigEndian
                var value: UInt64 = 0
                try withUnsafeBytes(of: &key) { key in
                    try withUnsafeMutableBytes(of: &value) { value in
                        _ = try reader.copyValue(in: TreeID(0), forKey: key, into: value)
                    }
                }
            }
        }
    }

    /// Commits of one property each, in memory.
    private static func commits() throws -> () throws -> Void {
        let database = try database()
        let statement = try PreparedStatement("MATCH (c:Customer {id: $id}) SET c.visits = $id")
        func commit(_ id: Int) throws {
            try database.write { transaction in
                _ = try transaction.run(statement, parameters: ["id": .integer(Int64(id))])
            }
        }
        for id in 1...20 { try commit(id) }
        return { for id in 0..<50 { try commit(1 + id * 37 % customers) } }
    }

    /// From the text to a plan, of statements that are each new.
    private static func plans() throws -> () throws -> Void {
        let database = try database()
        let transaction = try database.beginRead()
        func plan(_ number: Int) throws {
            _ = try transaction.execute(
                Query(
                    """
                    EXPLAIN MATCH (c:Customer)-[:PLACED]->(o:Order)-[:CONTAINS]->(p:Product) \
                    WHERE c.id > \(number) AND p.name STARTS WITH 'A' \
                    RETURN p.name, count(DISTINCT c) AS n ORDER BY n DESC LIMIT 10
                    """))
        }
        for number in 0..<5 { try plan(number) }
        return { for number in 10..<40 { try plan(number) } }
    }

    /// A whole small graph into an empty database.
    private static func loads() throws -> () throws -> Void {
        let database = try Database.inMemory()
        return {
            let load = try BulkLoad(store: database.store, threads: 1)
            try DemoGraph(customerCount: 100).fill(load)
            try load.finish()
        }
    }
}

/// What is counted; a function of its own, so that the counting tool finds it by its name.
@inline(never)
func countedWork(_ work: () throws -> Void) throws {
    try work()
}
