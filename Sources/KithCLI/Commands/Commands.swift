import ArgumentParser

/// The commands of `kith`.
enum Commands {
    /// Every command, in the order in which help lists them.
    static let all: [any ParsableCommand.Type] = [
        ShellCommandLine.self,
        ImportCommand.self,
        ExportCommand.self,
        CompactCommand.self,
        CheckCommand.self,
        PipeCommand.self,
        DemoCommand.self,
    ]
}

/// The exit codes of `kith`.
enum ExitStatus: Int32 {
    /// All went well.
    case good = 0
    /// A statement, an import or a check failed.
    case failed = 1
    /// The command line makes no sense.
    case usage = 2
    /// The database, or a file that was named, cannot be opened.
    case cannotOpen = 3
}

/// Ends a command with an exit status, after the reason was printed.
struct CommandFailure: Error {
    let status: ExitStatus
    /// What to print on standard error; nil where that was done.
    let message: String?
}
