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

    /// Runs the queries and compares their rows.
    static func expect(_ checks: [RealDataSet.Check], in database: Database) throws {
        for check in checks {
            let result = try database.execute(Query(check.query))
            let rows = result.rows.map { $0.values.map(text).joined(separator: " | ") }
            #expect(rows == check.rows, "\(check.query)")
        }
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .string(let string): string
        case .integer(let integer): String(integer)
        case .float(let float): String(float)
        case .money(let money): money.description
        case .null: "null"
        default: "\(value)"
        }
    }
}
