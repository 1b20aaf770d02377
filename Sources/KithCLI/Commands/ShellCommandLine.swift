import ArgumentParser
import Glibc
import Kith
import KithGraph
import KithLanguage

/// The `kith` command: its commands, of which the shell is the one that needs no name.
struct KithCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kith",
        abstract: "An embedded graph database for customer relations.",
        usage: "kith [FILE] [-c STATEMENT] [-f FILE] [--format FORMAT]\nkith COMMAND …",
        discussion: """
            Without a command, kith opens a shell on FILE, or on a fresh database in memory. With -c or -f, \
            or when standard input is no terminal, it runs statements and ends; `kith help shell` has the options.

            Exit codes: 0 all went well; 1 a statement or the data is at fault; 2 the command line is; \
            3 the database or a file cannot be opened.
            """,
        version: "kith 0.1.0",
        subcommands: Commands.all, defaultSubcommand: ShellCommandLine.self)
}

/// `kith [FILE]`: the shell, or statements from the command line, a file or standard input.
struct ShellCommandLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Opens a shell, or runs statements; the word `shell` may be left out.")

    @Argument(help: "The database; a new one is made where there is none.")
    var database: String?

    @Option(
        name: [.customShort("c"), .long], help: "Runs this statement; may be given several times.")
    var command: [String] = []

    @Option(
        name: [.customShort("f"), .long],
        help: "Runs the statements of this file; `-` is standard input.")
    var file: [String] = []

    @Option(
        help: "How results are written: \(OutputFormat.all.map(\.name).joined(separator: ", ")).")
    var format: String?

    @Flag(help: "Opens the database for reading only.")
    var readOnly = false

    @Flag(help: "Makes errors of warnings, such as one of a label that no node has.")
    var strict = false

    mutating func validate() throws {
        if let format, OutputFormat.named(format) == nil {
            throw ValidationError(
                "there is no format `\(format)`; formats are "
                    + OutputFormat.all.map(\.name).joined(separator: ", "))
        }
    }

    /// Refuses a name that is more likely a misspelt command than that of a new database.
    private func refuseMisspeltCommand() throws {
        guard let database, database != ":memory:",
            !database.contains(where: { $0 == "." || $0 == "/" }),
            access(database, F_OK) != 0
        else { return }
        let names = Commands.all.compactMap { $0.configuration.commandName } + ["help"]
        guard let meant = Suggestions.nearest(to: database, among: names).first else { return }
        throw ValidationError(
            "there is no command and no file `\(database)`; did you mean `kith \(meant)`? "
                + "A new database of that name is made by `kith \(database).kith`.")
    }

    func run() throws {
        try refuseMisspeltCommand()
        let isScript = !command.isEmpty || !file.isEmpty || !Terminal.isInputInteractive
        let isNew = database.map { $0 != ":memory:" && access($0, F_OK) != 0 } ?? false
        let runner = try Opening.runner(database, isReadOnly: readOnly, isStrict: strict)
        let made = isNew ? MadeFile(database ?? "", runner.database) : nil
        let shell = ShellSetUp.shell(runner, format: format, isInteractive: !isScript)
        shell.isStrict = strict
        var isGood = true
        if !isScript {
            shell.interact(
                greeting: ShellSetUp.greeting(database, isNew: isNew),
                historyPath: ShellSetUp.historyPath)
        } else if command.isEmpty, file.isEmpty {
            isGood = shell.runScript(try standardInput())
        } else {
            for statement in command where isGood { isGood = shell.runScript(statement) }
            for path in file where isGood {
                isGood =
                    path == "-" ? shell.runScript(try standardInput()) : try run(path, shell)
            }
        }
        let isUnfinished = isScript && isGood && runner.isInTransaction
        if let made, made.removeIfEmpty(runner.database) {
            shell.errors.write(made.explanation)
            shell.errors.flush()
        }
        try Opening.close(runner)
        try ShellSetUp.checkOutput(shell)
        if isUnfinished {
            throw CommandFailure(
                status: .failed,
                message: "the statements end within a transaction, which was rolled back; "
                    + "COMMIT keeps what it did")
        }
        if !isGood { throw CommandFailure(status: .failed, message: nil) }
    }

    private func standardInput() throws -> String {
        guard let text = TextFile.read(STDIN_FILENO) else {
            throw CommandFailure(
                status: .cannotOpen, message: "standard input: \(TextFile.lastErrorText)")
        }
        return text
    }

    private func run(_ path: String, _ shell: Shell) throws -> Bool {
        guard let text = TextFile.read(path) else {
            throw CommandFailure(
                status: .cannotOpen, message: "\(path): \(TextFile.lastErrorText)")
        }
        return shell.runScript(text, file: path)
    }
}

/// Opens and closes databases for commands.
enum Opening {
    /// Opens a database and what runs statements on it; each of its caches takes no more than
    /// `cacheMaxInBytes`.
    static func runner(
        _ path: String?, isReadOnly: Bool = false, createsFile: Bool = true,
        isStrict: Bool = false, cacheMaxInBytes: Int = .max
    ) throws -> DatabaseRunner {
        var options = try options(
            isReadOnly: isReadOnly, createsFile: createsFile, isStrict: isStrict)
        limitCaches(&options.graph, to: cacheMaxInBytes)
        let name = path ?? ":memory:"
        do {
            return DatabaseRunner(
                name == ":memory:"
                    ? try Database.inMemory(options: options)
                    : try Database.open(name, options: options))
        } catch {
            throw CommandFailure(status: .cannotOpen, message: "\(name): \(error.message)")
        }
    }

    private static func limitCaches(_ graph: inout GraphOptions, to most: Int) {
        graph.decodedCacheBudgetInBytes = min(graph.decodedCacheBudgetInBytes, most)
        graph.pendingChangesBudgetInBytes = min(graph.pendingChangesBudgetInBytes, most)
        graph.storage.cacheBudgetInBytes = min(graph.storage.cacheBudgetInBytes, most)
        graph.storage.transactionBudgetInBytes = min(
            graph.storage.transactionBudgetInBytes, most)
    }

    /// The options of a database; the environment variable `KITH_THREADS` says how many threads a
    /// statement may use, where it is set.
    static func options(
        isReadOnly: Bool = false, createsFile: Bool = true, isStrict: Bool = false
    ) throws -> Database.Options {
        var options = Database.Options()
        options.isReadOnly = isReadOnly
        options.createsFile = createsFile
        options.isStrict = isStrict
        if let threads = try threadsOfEnvironment() { options.execution.threads = threads }
        return options
    }

    /// The number of threads that the environment variable `KITH_THREADS` says; nil where it says none.
    static func threadsOfEnvironment() throws -> Int? {
        guard let text = Terminal.environment("KITH_THREADS"), !text.isEmpty else { return nil }
        guard let threads = Int(text), threads >= 1 else {
            throw CommandFailure(
                status: .cannotOpen, message: "KITH_THREADS is `\(text)`, not a number of threads")
        }
        return threads
    }

    /// Closes a database.
    static func close(_ runner: DatabaseRunner) throws {
        do {
            try runner.database.close()
        } catch {
            throw CommandFailure(status: .failed, message: error.message)
        }
    }
}

/// Makes shells as the terminal wants them.
enum ShellSetUp {
    /// How many rows a table shows on a terminal.
    private static let tableRowsMax = 60

    /// A shell on standard output and standard error.
    static func shell(
        _ runner: DatabaseRunner, format: String?, isInteractive: Bool
    ) -> Shell {
        let isTerminal = Terminal.isOutputInteractive
        let chosen = format.flatMap(OutputFormat.named) ?? (isTerminal ? .table : .csv)
        let settings = OutputSettings(
            width: Terminal.width, tableRowsMax: isTerminal ? tableRowsMax : nil,
            usesColour: Terminal.wantsColour())
        return Shell(
            runner: runner, out: TextSink(descriptor: STDOUT_FILENO),
            errors: TextSink(descriptor: STDERR_FILENO), format: chosen, settings: settings,
            isInteractive: isInteractive)
    }

    /// Complains where results did not reach standard output, such as on a full disk.
    static func checkOutput(_ shell: Shell) throws {
        shell.out.flush()
        guard let failure = shell.out.failure else { return }
        throw CommandFailure(
            status: .failed, message: "the output could not be written: \(failure)")
    }

    /// The lines that a session begins with.
    static func greeting(_ database: String?, isNew: Bool = false) -> String {
        var place = database ?? "a fresh database in memory"
        if isNew { place = "the new database " + place }
        return "Kith 0.1.0 on \(place). Statements end with `;`. :help helps, :quit ends.\n"
    }

    /// Where statements are remembered; KITH_HISTORY says otherwise.
    static var historyPath: String? {
        if let path = Terminal.environment("KITH_HISTORY") { return path }
        return Terminal.environment("HOME").map { $0 + "/.kith_history" }
    }
}
