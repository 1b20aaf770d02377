import ArgumentParser
import Glibc
import Kith
import KithCRM

/// `kith demo`: a believable customer graph, and a tour of it.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Makes a believable customer graph and opens the shell on it.",
        discussion: """
            Customers with names in many scripts, friends, companies, suppliers, products, orders, contacts and \
            campaigns, the same on every run. Without a terminal it prints the answers of a short tour and ends.
            """)

    @Argument(help: "A new file for the graph; it is in memory without one.")
    var database: String?

    @Option(help: "How many customers there are; everything else grows with them.")
    var customers = 5_000

    mutating func validate() throws {
        guard (10...50_000_000).contains(customers) else {
            throw ValidationError("--customers is a number from 10 to 50000000")
        }
        if let database, access(database, F_OK) == 0 {
            throw ValidationError("\(database) is there already; name a new file")
        }
    }

    func run() throws {
        let runner = try Opening.runner(database)
        do {
            try fill(runner)
        } catch {
            // Half a graph is of no use, and would be in the way of the next try.
            try? Opening.close(runner)
            if let database { unlink(database) }
            throw error
        }
        let isInteractive = Terminal.isInputInteractive && Terminal.isOutputInteractive
        let shell = ShellSetUp.shell(
            runner, format: isInteractive ? nil : OutputFormat.table.name,
            isInteractive: isInteractive)
        if isInteractive {
            shell.out.write("\nA short tour; any statement works as well:\n\n")
            shell.showTour("")
            shell.out.write("\n")
            shell.interact(
                greeting: ShellSetUp.greeting(database ?? "the demo graph"),
                historyPath: ShellSetUp.historyPath)
        } else {
            try printTour(shell)
        }
        try Opening.close(runner)
        try ShellSetUp.checkOutput(shell)
    }

    private func fill(_ runner: DatabaseRunner) throws {
        let line = TextSink(descriptor: STDERR_FILENO)
        let isShown = Terminal.isErrorInteractive
        func show(_ phase: String, _ part: Double) {
            guard isShown else { return }
            line.write("\r\u{1B}[K\(Int(part * 100)) %  \(phase)")
            line.flush()
        }
        do {
            let load = try BulkLoad(store: runner.database.store, threads: 2)
            try DemoGraph(customerCount: customers).fill(load) { phase, part in
                show(phase, part * 0.7)
                return true
            }
            try load.finish { phase, done, total in
                show(phase, 0.7 + 0.3 * Double(done) / Double(max(1, total)))
            }
        } catch {
            throw CommandFailure(status: .failed, message: error.message)
        }
        if isShown {
            line.write("\r\u{1B}[K")
            line.flush()
        }
    }

    private func printTour(_ shell: Shell) throws {
        for stop in DemoTour.stops {
            shell.out.write("\(stop.question)\n\n\(stop.statement);\n")
            shell.out.flush()
            guard shell.run(stop.statement) else {
                throw CommandFailure(status: .failed, message: nil)
            }
            shell.out.write("\n")
        }
        shell.out.flush()
    }
}
