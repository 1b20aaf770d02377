import Glibc
import Kith
import KithCRM

/// `growth DIRECTORY [--sizes 10000,100000,1000000,2000000]`: what a row and an edge cost in graphs of
/// growing size, made by the demo's generator.
///
/// Prints a line for each size and measure: customers, measure, value, unit. Each value is the least of
/// several runs on one thread, divided by the rows or edges that the work touches.
struct Growth {
    private let database: Database
    private let customers: Int

    static func run(_ arguments: [String]) throws {
        guard let directory = arguments.first else {
            print("growth DIRECTORY [--sizes 10000,100000,1000000,2000000]")
            exit(2)
        }
        let sizes = (Options(arguments).value("--sizes") ?? "10000,100000,1000000,2000000")
            .split(separator: ",").compactMap { Int($0) }
        for size in sizes {
            let path = "\(directory)/kith-growth-\(getpid())-\(size).kith"
            defer { unlink(path) }
            var options = Database.Options()
            options.execution.threads = 1
            let database = try Database.open(path, options: options)
            let growth = Growth(database: database, customers: size)
            try growth.load(into: path)
            try growth.measure()
            try database.close()
        }
    }

    private func show(_ measure: String, _ value: Double, _ unit: String) {
        print("\(customers)\t\(measure)\t\(rounded(value, 3))\t\(unit)")
        fflush(nil)
    }

    private func load(into path: String) throws {
        let start = seconds()
        let load = try BulkLoad(store: database.store, threads: 2)
        try DemoGraph(customerCount: customers).fill(load)
        try load.finish()
        let time = seconds() - start
        let rows =
            try number("MATCH (n) RETURN count(*) AS n")
            + number("MATCH ()-[r]->() RETURN count(*) AS n")
        show("make and load", time * 1e9 / rows, "ns a node or relationship")
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        show("file", Double(status.st_size) / rows, "bytes a node or relationship")
    }

    private func measure() throws {
        let orders = try number("MATCH (n:Order) RETURN count(*) AS n")
        let friends = try number("MATCH (:Customer)-[r:FRIEND]->() RETURN count(*) AS n")
        let placed = try number("MATCH ()-[r:PLACED]->() RETURN count(*) AS n")
        try measure(
            "scan with a filter", per: orders, "ns a row",
            "MATCH (o:Order) WHERE o.id % 7 = 3 RETURN count(*) AS n")
        try measure(
            "texts that contain a text", per: Double(customers), "ns a row",
            "MATCH (c:Customer) WHERE c.name CONTAINS 'ann' RETURN count(*) AS n")
        try measure(
            "count by language", per: placed, "ns an edge",
            "MATCH (c:Customer)-[:PLACED]->(o:Order) RETURN c.lang, count(*) AS n")
        try measure(
            "friends of friends, counted", per: friends, "ns an edge",
            "MATCH (a:Customer)-[:FRIEND]-(b)-[:FRIEND]-(c) WHERE a <> c RETURN count(*) AS n")
        try measure(
            "triangles", per: friends, "ns an edge",
            "MATCH (a:Customer)-[:FRIEND]->(b)-[:FRIEND]->(c), (a)-[:FRIEND]->(c) "
                + "RETURN count(*) AS n")
        try measureLookups(
            "lookup by key", "MATCH (c:Customer {id: $id}) RETURN c.name", perRow: false)
        try measureLookups(
            "friends of one", "MATCH (:Customer {id: $id})-[:FRIEND]-(f) RETURN f.id",
            perRow: true)
    }

    private func number(_ text: String) throws -> Double {
        Double(try database.execute(Query(text)).rows[0].get("n", as: Int.self))
    }

    /// The least of five runs, in one transaction, after one that fills the caches.
    private func measure(_ name: String, per count: Double, _ unit: String, _ text: String) throws {
        let statement = try PreparedStatement(text)
        let transaction = try database.beginRead()
        defer { transaction.end() }
        _ = try transaction.run(statement).collected()
        var least = Double.infinity
        for _ in 0..<5 {
            let start = seconds()
            _ = try transaction.run(statement).collected()
            least = min(least, seconds() - start)
        }
        show(name, least * 1e9 / max(count, 1), unit)
    }

    /// Two thousand customers in an order that looks random; the least of three rounds.
    private func measureLookups(_ name: String, _ text: String, perRow: Bool) throws {
        let statement = try PreparedStatement(text)
        let transaction = try database.beginRead()
        defer { transaction.end() }
        var least = Double.infinity
        for _ in 0..<3 {
            var random = Shuffled()
            var rows = 0
            let start = seconds()
            for _ in 0..<2_000 {
                let id = Int64(random.next() % UInt64(customers)) + 1
                let result = try transaction.run(statement, parameters: ["id": .integer(id)])
                rows += try result.collected().rows.count
            }
            let time = seconds() - start
            least = min(least, time * 1e6 / Double(perRow ? max(rows, 1) : 2_000))
        }
        show(name, least, perRow ? "µs a friend" : "µs a lookup")
    }
}
