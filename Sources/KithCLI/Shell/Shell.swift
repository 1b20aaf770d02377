import Glibc
import Kith
import KithCRM

/// Start here: the shell, for people at a terminal and for scripts.
///
/// Statements end with a semicolon and may go over many lines; a line between them that begins with a
/// colon is a command of the shell itself (`ShellCommands`), in scripts too. `LineEditor` reads lines from a terminal,
/// `StatementSplitter` cuts statements, `ResultPrinter` shows what they give, `ProblemPrinter` what
/// is wrong with them.
///
/// One thread uses a shell.
final class Shell {
    /// What runs the statements.
    let runner: any StatementRunner
    /// Where results go.
    let out: TextSink
    /// Where errors and warnings go.
    let errors: TextSink
    /// How results are written.
    var format: OutputFormat
    /// Whether each statement's time is shown.
    var showsTiming: Bool
    /// Whether the shell talks to a person: counts, changes and progress are shown then.
    let isInteractive: Bool
    /// Whether what statements are warned of is an error.
    var isStrict = false
    /// Whether a failed statement ends a script.
    var stopsAtError = true
    private let settings: OutputSettings
    private let problems: ProblemPrinter
    private var interrupts: Interrupts?

    init(
        runner: any StatementRunner, out: TextSink, errors: TextSink, format: OutputFormat,
        settings: OutputSettings, isInteractive: Bool
    ) {
        self.runner = runner
        self.out = out
        self.errors = errors
        self.format = format
        self.settings = settings
        self.isInteractive = isInteractive
        showsTiming = isInteractive
        problems = ProblemPrinter(usesColour: settings.usesColour)
    }

    /// Talks to a person until the session ends.
    func interact(greeting: String, historyPath: String?) {
        let interrupts = Interrupts()
        self.interrupts = interrupts
        let editor = LineEditor(historyPath: historyPath, interrupts: interrupts)
        out.write(greeting)
        var pending = ""
        while true {
            out.flush()
            errors.flush()
            editor.setCompleter(Completer(names: runner.schemaNames()))
            let prompt = runner.isInTransaction ? "kith*> " : "kith> "
            switch editor.read(prompt: pending.isEmpty ? prompt : "  ··> ") {
            case .end:
                out.write("\n")
                return endSession()
            case .interrupted: pending = ""
            case .line(let line):
                if pending.isEmpty, line.hasPrefix(":") {
                    editor.remember(line)
                    guard runCommand(line) else { return endSession() }
                    continue
                }
                pending += line + "\n"
                let cut = StatementSplitter.cut(pending)
                if !cut.statements.isEmpty { editor.remember(pending) }
                pending = cut.isRestBlank ? "" : cut.rest
                for statement in cut.statements {
                    if statement.isCommand {
                        guard runCommand(statement.text) else { return endSession() }
                    } else if !run(statement.text) {
                        break
                    }
                }
            }
        }
    }

    /// Says what becomes of a transaction that is still open.
    private func endSession() {
        if runner.isInTransaction {
            out.write("The open transaction is rolled back; COMMIT keeps what it did.\n")
        }
        out.flush()
    }

    /// Runs the statements of a text; false when one failed.
    func runScript(_ text: String, file: String? = nil) -> Bool {
        let cut = StatementSplitter.cut(text)
        var statements = cut.statements
        if !cut.isRestBlank {
            statements.append(
                StatementSplitter.Statement(
                    text: cut.rest, line: cut.restLine, column: cut.restColumn))
        }
        var isGood = true
        for statement in statements {
            if statement.isCommand {
                guard runCommand(statement.text) else { break }
            } else if !run(
                statement.text, file: file, firstLine: statement.line,
                firstColumn: statement.column)
            {
                isGood = false
                if stopsAtError { break }
            }
        }
        out.flush()
        errors.flush()
        return isGood
    }

    /// Runs the statements of a file; false when it cannot be read or one of them failed.
    func runFile(_ path: String) -> Bool {
        guard let text = TextFile.read(path) else {
            errors.write("error: \(path): \(TextFile.lastErrorText)\n")
            errors.flush()
            return false
        }
        return runScript(text, file: path)
    }

    /// Runs one statement and shows what it gives; false when it failed.
    func run(
        _ text: String, file: String? = nil, firstLine: Int = 1, firstColumn: Int = 1
    ) -> Bool {
        var printer = ResultPrinter(
            writer: format.makeWriter(settings), sink: out)
        var request = StatementRequest(text: text)
        request.isStrict = isStrict
        let runner = runner
        let result = watching(request.control) {
            () -> Swift.Result<StatementOutcome, StatementProblem> in
            do throws(StatementProblem) {
                return .success(try runner.run(request, into: &printer))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let outcome):
            printer.end(needsResult: !isInteractive)
            if let profile = outcome.profile { show(profile.columns, profile.rows) }
            out.flush()
            for warning in outcome.warnings {
                errors.write(
                    problems.text(
                        of: warning, in: text, isWarning: true, file: file,
                        firstLine: firstLine, firstColumn: firstColumn))
            }
            if isInteractive { out.write(summary(outcome, rowCount: printer.rowCount)) }
        case .failure(let problem):
            out.flush()
            errors.write(
                problems.text(
                    of: problem, in: text, file: file, firstLine: firstLine,
                    firstColumn: firstColumn))
        }
        errors.flush()
        if case .success = result { return true }
        return false
    }

    /// Shows rows that come from no statement.
    func show(_ columns: [String], _ rows: [[OutputValue]]) {
        var writer = format.makeWriter(settings)
        writer.begin(columns: columns, to: out)
        for row in rows { writer.row(row, to: out) }
        writer.end(to: out)
    }

    /// Lets Ctrl-C cancel the statement that runs, and shows progress of what takes long.
    private func watching<Output>(_ control: StatementControl, _ body: () -> Output) -> Output {
        guard let interrupts else { return body() }
        let progress = RowProgress { control.progressInRows }
        progress.start()
        defer { progress.stop() }
        return interrupts.whileWatching(cancel: { control.cancel() }, body)
    }

    private func summary(_ outcome: StatementOutcome, rowCount: Int) -> String {
        var parts: [String] = []
        if rowCount > 0 { parts.append("\(rowCount) \(rowCount == 1 ? "row" : "rows")") }
        for change in outcome.changes where change.count > 0 {
            parts.append("\(change.count) \(Self.words(change.name, change.count))")
        }
        if parts.isEmpty { parts.append("no rows") }
        var line = parts.joined(separator: ", ")
        if showsTiming { line += " (\(Self.milliseconds(outcome.elapsedInMilliseconds)))" }
        return line + "\n"
    }

    /// `nodesCreated` as words, in the singular for one.
    private static func words(_ name: String, _ count: Int) -> String {
        var words: [String] = [""]
        for character in name {
            if character.isUppercase { words.append("") }
            words[words.count - 1] += character.lowercased()
        }
        let singular = [
            "nodes": "node", "relationships": "relationship", "labels": "label",
            "properties": "property", "indexes": "index", "constraints": "constraint",
        ]
        if count == 1, let one = singular[words[0]] { words[0] = one }
        return words.joined(separator: " ")
    }

    private static func milliseconds(_ time: Double) -> String {
        if time >= 1000 { return "\((time / 10).rounded() / 100) s" }
        return "\((time * 100).rounded() / 100) ms"
    }

    /// Runs a line that begins with a colon; false ends the session.
    func runCommand(_ line: String) -> Bool {
        let parts = line.dropFirst().split(separator: " ", maxSplits: 1)
        let name = parts.first.map(String.init) ?? "help"
        let argument = parts.count > 1 ? parts[1].filter { $0 != ";" } : ""
        guard let command = ShellCommands.named(name) else {
            out.write("There is no command `:\(name)`; :help lists them.\n")
            return true
        }
        return command.run(self, argument.trimmed)
    }

    /// `:schema`
    func showSchema() {
        let names = runner.schemaNames()
        let rows =
            zip(names.labels, names.labelCounts).map { (":" + $0, $1) }
            + zip(names.relationshipTypes, names.typeCounts).map { ("[:\($0)]", $1) }
        show(["label or type", "count"], rows.map { [.string($0), .integer(Int64($1))] })
        out.write("Properties: \(names.properties.joined(separator: ", "))\n")
        for rule in names.rules { out.write("  \(rule)\n") }
        if names.rules.isEmpty { out.write("There are no constraints and no indexes.\n") }
    }

    /// `:tour`
    func showTour(_ argument: String) {
        if let number = Int(argument), DemoTour.stops.indices.contains(number - 1) {
            let stop = DemoTour.stops[number - 1]
            out.write("\(stop.question)\n\n\(stop.statement);\n\n")
            out.flush()
            _ = run(stop.statement)
            return
        }
        for (index, stop) in DemoTour.stops.enumerated() {
            out.write("  :tour \(index + 1)  \(stop.question)\n")
        }
    }
}

extension StringProtocol {
    /// The text without white space at both ends.
    var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
