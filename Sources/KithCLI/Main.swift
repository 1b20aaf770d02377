import ArgumentParser
import CShims
import Glibc

/// Start here: the `kith` command.
///
/// `Commands/` has a file for each command (`Commands.all`), `Shell/` the shell, `Output/` the formats
/// of results, `Pipe/` the line protocol for other programs. `DatabaseRunner` is where they meet the
/// library.
@main
enum Main {
    static func main() {
        kith_keep_freed_memory()
        do {
            var command = try KithCommand.parseAsRoot()
            try command.run()
        } catch let failure as CommandFailure {
            if let message = failure.message { complain("error: \(message)\n") }
            exit(failure.status.rawValue)
        } catch {
            let isAnswer = KithCommand.exitCode(for: error) == .success
            let message = KithCommand.fullMessage(for: error)
            if isAnswer {
                let out = TextSink(descriptor: STDOUT_FILENO)
                out.write(message + "\n")
                out.flush()
                exit(ExitStatus.good.rawValue)
            }
            complain(message + "\n")
            exit(ExitStatus.usage.rawValue)
        }
    }

    private static func complain(_ message: String) {
        let errors = TextSink(descriptor: STDERR_FILENO)
        errors.write(message)
        errors.flush()
    }
}
