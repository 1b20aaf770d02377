import ArgumentParser
import Glibc
import Kith

/// `kith check`: verifies a database.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Verifies every page, tree, adjacency list and index.",
        discussion:
            "Prints each finding; exit code 1 where there is any, 0 where the file is sound.")

    @Argument(help: "The database.")
    var database: String

    func run() throws {
        let runner = try Opening.runner(database, isReadOnly: true, createsFile: false)
        let findings = try Self.findings(of: runner.database)
        let out = TextSink(descriptor: STDOUT_FILENO)
        for finding in findings { out.write(finding + "\n") }
        if findings.isEmpty { out.write("\(database) is sound\n") }
        out.flush()
        try Opening.close(runner)
        if !findings.isEmpty { throw CommandFailure(status: .failed, message: nil) }
    }

    private static func findings(of database: Database) throws -> [String] {
        do {
            return try database.store.check().map(\.message)
        } catch {
            throw CommandFailure(status: .failed, message: error.message)
        }
    }
}
