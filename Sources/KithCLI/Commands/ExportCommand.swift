import ArgumentParser
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
        throw CommandFailure(status: .failed, message: "export is not there yet")
    }
}
