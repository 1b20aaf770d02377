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
            do {
                try command.run()
            } catch let error as ValidationError {
                complain(usage(of: type(of: command), error.message))
                exit(ExitStatus.usage.rawValue)
            }
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

    /// What is wrong with the command line, and how the command is used.
    private static func usage(of command: any ParsableCommand.Type, _ message: String) -> String {
        let name = command.configuration.commandName ?? ""
        let isShell = command == ShellCommandLine.self
        let usage = isShell ? KithCommand.usageString() : KithCommand.usageString(for: command)
        return
            "Error: \(message)\nUsage: \(usage)\n  See `kith help \(name)` for more information.\n"
    }

    private static func complain(_ message: String) {
        let errors = TextSink(descriptor: STDERR_FILENO)
        errors.write(message)
        errors.flush()
    }
}
