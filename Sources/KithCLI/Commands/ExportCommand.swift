import ArgumentParser
import Glibc
import Kith

/// `kith export`: a graph as files that import to an equal one.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes CSV files and a manifest that imports to an equal graph.")

    @Argument(help: "The database.")
    var database: String

    @Argument(help: "The directory to write to; it is made where there is none.")
    var directory: String

    func run() throws {
        let runner = try Opening.runner(database, isReadOnly: true, createsFile: false)
        do {
            let summary = try runner.database.exportFiles(toDirectory: directory)
            let out = TextSink(descriptor: STDOUT_FILENO)
            out.write(
                "\(summary.nodes) nodes and \(summary.relationships) relationships in "
                    + "\(summary.files.count) files; `kith import NEW.kith \(directory)/manifest.json` "
                    + "reads them\n")
            out.flush()
        } catch {
            throw CommandFailure(
                status: error.code == .unreadableFile ? .cannotOpen : .failed,
                message: error.description)
        }
        try Opening.close(runner)
    }
}
