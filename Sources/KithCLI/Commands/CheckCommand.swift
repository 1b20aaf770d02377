import ArgumentParser
import Glibc
import Kith
import KithGraph

/// `kith check`: verifies a database.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Verifies every page, tree, adjacency list and index.",
        discussion:
            "Prints each finding; exit code 1 where there is any, 0 where the file is sound.")

    @Argument(help: "The database.")
    var database: String

    @Flag(help: "Instead, list where the bytes go: each property by encoding, lists, indexes.")
    var space = false

    func run() throws {
        let runner = try Opening.runner(database, isReadOnly: true, createsFile: false)
        if space {
            try Self.list(runner.database)
            try Opening.close(runner)
            return
        }
        let findings = try Self.findings(of: runner.database)
        let out = TextSink(descriptor: STDOUT_FILENO)
        for finding in findings { out.write(finding + "\n") }
        if findings.isEmpty { out.write("\(database) is sound\n") }
        out.flush()
        try Opening.close(runner)
        if !findings.isEmpty { throw CommandFailure(status: .failed, message: nil) }
    }

    /// Prints name, pieces, values and bytes of each kind of content, most bytes first.
    private static func list(_ database: Database) throws {
        let uses: [SpaceUse]
        do {
            uses = try database.store.space()
        } catch {
            throw CommandFailure(status: .failed, message: error.message)
        }
        let out = TextSink(descriptor: STDOUT_FILENO)
        out.write("bytes\tpieces\tvalues\twhat\n")
        for use in uses {
            out.write("\(use.bytes)\t\(use.pieces)\t\(use.values)\t\(use.name)\n")
        }
        out.flush()
    }

    private static func findings(of database: Database) throws -> [String] {
        do {
            return try database.store.check().map(\.message)
        } catch {
            throw CommandFailure(status: .failed, message: error.message)
        }
    }
}
