import ArgumentParser
import Glibc
import Kith

/// `kith import`: files become nodes and relationships, all of them or none.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Imports delimited text: all of it, or nothing.",
        discussion: """
            SOURCE is a manifest in JSON, or a directory of files with typed headers (`id:ID(Customer)`, \
            `:START_ID(Customer)`, …). Instead of it, --nodes and --relationships describe the files:

              kith import shop.kith --nodes Customer=customers.csv --nodes Company:Supplier=suppliers.csv \\
                                    --relationships FRIEND=friends.csv:Customer:Customer

            The key of a file of nodes is its column `id`, or else its first; LABEL=FILE:KEY names another. The \
            first two columns of a file of relationships hold the keys of their ends. `.gz` and `.zst` files are \
            read as they are.
            """)

    @Argument(help: "The database; a new one is made where there is none.")
    var database: String

    @Argument(help: "A manifest, or a directory of files with typed headers.")
    var source: String?

    @Option(help: "LABEL[:LABEL…]=FILE[:KEY]; may be given several times.")
    var nodes: [String] = []

    @Option(help: "TYPE=FILE:FROM_LABEL:TO_LABEL; may be given several times.")
    var relationships: [String] = []

    @Option(help: "The character between fields; `tab` or `\\t` for a tab.")
    var delimiter: String?

    @Option(help: "The character around fields; empty where quotes mean nothing.")
    var quote: String?

    @Option(help: "Unquoted text that means no value, besides the empty field.")
    var null: String?

    @Option(help: "UTF-8, UTF-16 or Latin-1; a byte-order mark goes before it.")
    var encoding: String?

    @Flag(help: "The files have no header row.")
    var noHeader = false

    @Option(help: "insert rejects a node whose key is taken, upsert updates the one that has it.")
    var mode: String?

    @Option(help: "A file for rejected rows, with place and reason.")
    var reject: String?

    @Option(help: "How many rows may be rejected before the import fails.")
    var maxRejects: Int?

    @Flag(help: "Reads and checks everything, writes nothing, prints the types.")
    var dryRun = false

    @Option(help: "How many threads work.")
    var threads: Int?

    @Option(
        help: """
            How much memory the import may use, as in `512MB`. The caches of the database take up to half as \
            much again, and the program some 50 MB.
            """)
    var memory: String?

    func run() throws {
        let isNew = access(database, F_OK) != 0
        var hasOpened = false
        do {
            var plan = try plan()
            let options = try options(plan.options)
            plan = try applying(options, to: plan)
            let importer = GraphImporter(plan: plan, options: options)
            let runner = try Opening.runner(
                options.isDryRun && isNew ? nil : database,
                cacheMaxInBytes: options.memoryLimitInBytes.map { max($0 / 8, 1 << 20) } ?? .max)
            hasOpened = !(options.isDryRun && isNew)
            let progress = ImportProgressLine()
            let result = Swift.Result { () throws(ImportError) -> ImportSummary in
                try importer.run(into: runner.database.store) { progress.show($0) }
            }
            progress.clear()
            try Opening.close(runner)
            let summary = try result.get()
            report(summary, isDryRun: options.isDryRun)
        } catch let error as ImportError {
            // A database that this import made and left empty is taken away again.
            if isNew, hasOpened { unlink(database) }
            let status: ExitStatus =
                error.code == .invalidPlan
                ? .usage
                : error.code == .unreadableFile
                    ? .cannotOpen : .failed
            throw CommandFailure(status: status, message: error.description)
        }
    }

    private func plan() throws -> ImportPlan {
        guard let source else {
            guard !nodes.isEmpty || !relationships.isEmpty else {
                throw ValidationError("name a manifest, a directory, or files with --nodes")
            }
            return try ImportPlan.fromSpecifications(nodes: nodes, relationships: relationships)
        }
        guard nodes.isEmpty, relationships.isEmpty else {
            throw ValidationError("name either \(source) or files with --nodes, not both")
        }
        var status = stat()
        if stat(source, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            return try ImportPlan.fromDirectory(source, format: try options(ImportOptions()).format)
        }
        return try ImportPlan.fromManifest(atPath: source)
    }

    /// The options of the plan with those of the command line over them.
    private func options(_ planned: ImportOptions) throws -> ImportOptions {
        var options = planned
        options.format = try format(planned.format)
        if let mode {
            guard let known = ImportOptions.Mode(rawValue: mode) else {
                throw ValidationError("--mode is insert or upsert")
            }
            options.mode = known
        }
        if let reject { options.rejectFilePath = reject }
        if let maxRejects {
            guard maxRejects >= 0 else { throw ValidationError("--max-rejects is 0 or more") }
            options.rejectedRowsMax = maxRejects
        }
        if dryRun { options.isDryRun = true }
        if let threads, threads < 1 { throw ValidationError("--threads is 1 or more") }
        options.threadCount = try threads ?? planned.threadCount ?? Opening.threadsOfEnvironment()
        if let memory {
            guard let size = ImportOptions.sizeInBytes(named: memory) else {
                throw ValidationError("--memory is a size such as 512MB")
            }
            options.memoryLimitInBytes = size
        }
        return options
    }

    private func format(_ planned: DelimitedFormat) throws -> DelimitedFormat {
        var format = planned
        if let delimiter {
            guard let byte = DelimitedFormat.singleByte(named: delimiter) else {
                throw ValidationError("--delimiter is one ASCII character, or `tab`")
            }
            format.delimiter = byte
        }
        if let quote {
            format.quote = quote.isEmpty ? nil : DelimitedFormat.singleByte(named: quote)
            guard quote.isEmpty || format.quote != nil else {
                throw ValidationError("--quote is one ASCII character, or empty")
            }
        }
        guard format.delimiter != format.quote else {
            throw ValidationError("--delimiter and --quote are the same character")
        }
        if let null { format.nullText = null }
        if let encoding {
            guard let known = TextEncoding(named: encoding) else {
                throw ValidationError("--encoding is UTF-8, UTF-16 or Latin-1")
            }
            format.encoding = known
        }
        if noHeader { format.hasHeader = false }
        return format
    }

    /// Gives every file of the plan what the command line says of formats.
    private func applying(_ options: ImportOptions, to plan: ImportPlan) throws -> ImportPlan {
        var plan = plan
        for index in plan.nodes.indices {
            plan.nodes[index].format = try plan.nodes[index].format.map(format)
        }
        for index in plan.relationships.indices {
            plan.relationships[index].format = try plan.relationships[index].format.map(format)
        }
        return plan
    }

    private func report(_ summary: ImportSummary, isDryRun: Bool) {
        let out = TextSink(descriptor: STDOUT_FILENO)
        var writer = OutputFormat.table.makeWriter(OutputSettings(width: Terminal.width))
        if isDryRun {
            writer.begin(columns: ["file", "column", "property", "type", "inferred"], to: out)
            for column in summary.columns {
                writer.row(
                    [
                        .string(column.file), .string(column.header),
                        column.propertyName.map { .string($0) } ?? .null, .string(column.type),
                        .boolean(column.isInferred),
                    ], to: out)
            }
            writer.end(to: out)
            writer = OutputFormat.table.makeWriter(OutputSettings(width: Terminal.width))
        }
        writer.begin(columns: [isDryRun ? "would be imported" : "imported", "count"], to: out)
        for (name, count) in ImportReport.lines(summary, path: isDryRun ? nil : database) {
            writer.row([.string(name), count], to: out)
        }
        writer.end(to: out)
        if let reject, summary.rejectedRows > 0 { out.write("rejected rows are in \(reject)\n") }
        out.flush()
    }
}

/// The result table of an import.
enum ImportReport {
    /// What was imported, line by line.
    static func lines(_ summary: ImportSummary, path: String?) -> [(String, OutputValue)] {
        var lines: [(String, OutputValue)] = []
        for label in summary.nodesByLabel {
            lines.append(("nodes :\(label.name)", .integer(Int64(label.count))))
        }
        if summary.nodesWithoutLabel > 0 {
            lines.append(("nodes without a label", .integer(Int64(summary.nodesWithoutLabel))))
        }
        if summary.nodesUpdated > 0 {
            lines.append(("nodes updated", .integer(Int64(summary.nodesUpdated))))
        }
        for type in summary.relationshipsByType {
            lines.append(("relationships :\(type.name)", .integer(Int64(type.count))))
        }
        lines.append(("properties", .integer(Int64(summary.properties))))
        lines.append(("rejected rows", .integer(Int64(summary.rejectedRows))))
        let seconds = (summary.seconds * 1000).rounded() / 1000
        lines.append(("seconds", .float(seconds)))
        let rate = Double(summary.rows) / max(summary.seconds, 1e-9)
        lines.append(("rows per second", .integer(Int64(rate))))
        var status = stat()
        if let path, stat(path, &status) == 0 {
            lines.append(("bytes in the file", .integer(Int64(status.st_size))))
        }
        return lines
    }
}

/// The line that shows on a terminal how far an import has come.
///
/// `@unchecked`: the import calls it from one thread at a time.
final class ImportProgressLine: @unchecked Sendable {
    private let isShown = Terminal.isErrorInteractive
    private let interrupts = Interrupts(isOnce: true)
    private let sink = TextSink(descriptor: STDERR_FILENO)
    private var hasText = false

    /// Shows the state; false after Ctrl-C. A second Ctrl-C ends the process at once.
    func show(_ progress: ImportProgress) -> Bool {
        guard !interrupts.wasPressed() else { return false }
        guard isShown else { return true }
        let percent = Int(progress.fraction * 100)
        let name = progress.file.split(separator: "/").last.map(String.init) ?? progress.file
        let rate = Count.grouped(Int(progress.rowsPerSecond))
        let left = Int(progress.secondsLeft.rounded(.up))
        sink.write(
            "\r\u{1B}[K\(percent) %  \(name)  \(Count.grouped(progress.rows)) rows, \(rate) rows/s, \(left) s left"
        )
        sink.flush()
        hasText = true
        return true
    }

    /// Takes the line away.
    func clear() {
        guard hasText else { return }
        sink.write("\r\u{1B}[K")
        sink.flush()
    }
}
