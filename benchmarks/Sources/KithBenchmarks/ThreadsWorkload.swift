import Kith

/// `threads [--crm DATABASE] [--patterns DATABASE] [--only q1,rfm] [--budget SECONDS]`: what a second thread
/// gains. Each query on one thread and on two in turn, for a while each, in one database, so that
/// both work with the same decoded data, with prepared statements in a read transaction each.
///
/// The beginning of a turn is not measured: a processor that had nothing to do takes a while to wake.
///
/// Prints a line a query: name, runs, the median time on one thread and on two in microseconds, how many
/// times faster two are, and the same of the least times.
enum ThreadsWorkload {
    /// A query with the parameters of its runs.
    private struct Work {
        let name: String
        let text: String
        let draws: [[String: Value]]
    }

    private static let turnSeconds = 0.08

    static func run(_ arguments: [String]) throws {
        let options = Options(arguments)
        let only = options.value("--only").map { Set($0.split(separator: ",").map(String.init)) }
        let budget = options.value("--budget").flatMap(Double.init) ?? 4
        if let path = options.value("--crm") {
            let database = try open(path)
            let customers = try database.read { transaction in
                try transaction.rows("MATCH (c:Customer) RETURN count(*) AS n")[0].get(
                    "n", as: Int.self)
            }
            let works = CRMQuery.all.map { query in
                Work(
                    name: query.name, text: query.text,
                    draws: query.parameters(customerCount: UInt64(customers), count: query.runs))
            }
            try compare(works, database, only, budget)
        }
        if let path = options.value("--patterns") {
            let works = PatternQuery.all.map { Work(name: $0.name, text: $0.text, draws: [[:]]) }
            try compare(works, open(path), only, budget)
        }
    }

    private static func open(_ path: String) throws -> Database {
        var options = Database.Options()
        options.isReadOnly = true
        return try Database.open(path, options: options)
    }

    private static func compare(
        _ works: [Work], _ database: Database, _ only: Set<String>?, _ budget: Double
    ) throws {
        let transactions = [try database.beginRead(), try database.beginRead()]
        for (place, transaction) in transactions.enumerated() {
            transaction.execution.threads = place + 1
        }
        defer { for transaction in transactions { transaction.end() } }
        for work in works where only?.contains(work.name) ?? true {
            let statements = try transactions.map { _ in try PreparedStatement(work.text) }
            var times: [[Double]] = [[], []]
            let begin = seconds()
            var turn = 0
            repeat {
                for place in [turn % 2, 1 - turn % 2] {
                    let turnBegin = seconds()
                    var run = 0
                    while run < 3 || seconds() - turnBegin < turnSeconds {
                        let parameters = work.draws[run % work.draws.count]
                        let start = seconds()
                        _ = try transactions[place].run(statements[place], parameters: parameters)
                            .collected()
                        // The first turn plans the statement and decodes.
                        if turn > 0, run > 0, start - turnBegin > turnSeconds / 4 {
                            times[place].append(seconds() - start)
                        }
                        run += 1
                    }
                }
                turn += 1
            } while turn < 3 || seconds() - begin < budget
            let medians = times.map { $0.median * 1e6 }
            let least = times.map { $0.min() ?? 0 }
            print(
                "\(work.name)\t\(times[0].count)\t\(rounded(medians[0]))\t\(rounded(medians[1]))\t"
                    + "\(rounded(medians[0] / medians[1]))\t\(rounded(least[0] / least[1]))")
        }
    }
}
