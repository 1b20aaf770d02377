import Glibc
import Kith
import KithGraph
import KithValues
import Testing

/// Where real data lies, and how tests import and question it.
enum RealData {
    /// The root of the package.
    private static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    /// The directory of all data sets.
    static let directory = root + "/../shared/data"

    /// Whether a data set is there; says so if not.
    static func isPresent(_ name: String) -> Bool {
        if access(directory + "/" + name, R_OK) == 0 { return true }
        print("skipped: there is no data set \(name) in ../shared/data")
        return false
    }

    /// Calls `body` with the path of a database that does not exist yet, and removes it afterwards.
    static func withDatabaseFile(_ name: String, _ body: (String) throws -> Void) throws {
        let path = "/tmp/kith-real-data-\(getpid())-\(name).kith"
        unlink(path)
        defer { unlink(path) }
        try body(path)
    }

    /// Imports what the manifest of a data set says.
    @discardableResult
    static func importManifest(
        _ name: String, into database: Database
    ) throws -> ImportSummary {
        let plan = try ImportPlan.fromManifest(
            atPath: root + "/Tests/RealDataTests/Manifests/\(name).json")
        return try GraphImporter(plan: plan, options: plan.options).run(into: database.store)
    }

    /// A database in memory with the files that a manifest names imported; `DATA` in the manifest
    /// stands for the folder of the data set.
    static func database(
        _ name: String, manifest: String, change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> (Database, ImportSummary) {
        let path = "/tmp/kith-real-data-\(getpid())-\(name).json"
        defer { unlink(path) }
        let text = Array(manifest.replacing("DATA", with: directory + "/" + name).utf8)
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(write(file, text, text.count) == text.count)
        close(file)
        let plan = try ImportPlan.fromManifest(atPath: path)
        var options = plan.options
        change(&options)
        let database = try Database.inMemory()
        let summary = try GraphImporter(plan: plan, options: options).run(into: database.store)
        return (database, summary)
    }

    /// Runs the queries and compares their rows.
    static func expect(_ checks: [RealDataSet.Check], in database: Database) throws {
        for check in checks {
            let found = try rows(of: check.query, in: database)
            #expect(found == check.rows, "\(check.query)")
        }
    }

    /// The rows of a query, the values of a row joined by ` | `.
    static func rows(of query: String, in database: Database) throws -> [String] {
        try database.execute(Query(query)).rows.map {
            $0.values.map(text).joined(separator: " | ")
        }
    }

    private static func text(_ value: Value) -> String {
        if case .string(let string) = value { return string }
        return value.literalText
    }
}
