import ArgumentParser
import Glibc
import Kith

/// `kith pipe`: the line protocol for other programs.
struct PipeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipe",
        abstract: "Serves requests as JSON lines on standard input and output.")

    @Argument(help: "The database; a fresh one in memory without it.")
    var database: String?

    @Flag(help: "Opens the database for reading only.")
    var readOnly = false

    @Flag(help: "Makes errors of warnings, where a request does not say `\"strict\": false`.")
    var strict = false

    func run() throws {
        let options = try Opening.options(isReadOnly: readOnly, isStrict: strict)
        let runner = try Opening.runner(database, isReadOnly: readOnly, isStrict: strict)
        // A client that goes away ends the session through a failed write, not through a signal.
        signal(SIGPIPE, SIG_IGN)
        let session = PipeSession(
            backend: DatabaseBackend(options: options), runner: runner, input: STDIN_FILENO,
            output: TextSink(descriptor: STDOUT_FILENO))
        do {
            try session.serve()
        } catch {
            throw CommandFailure(status: .failed, message: error.message)
        }
    }
}
