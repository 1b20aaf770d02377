import Glibc
import Kith

/// `estimates [--patterns DATABASE] [--crm DATABASE] [--only q1,lookup] [--brief]`: what the planner
/// expects beside what happens.
///
/// Runs every query of both workloads with PROFILE and prints, for each step of its plan, the estimated
/// and the actual rows and the q-error: how many times the one is of the other, rows counted as at
/// least one. The actual rows of a query with parameters are the mean of ten draws. The last line has
/// the median and the worst of all steps.
struct Estimates {
    /// One step of a plan and what it came to.
    private struct Step {
        let query: String
        let name: String
        let estimated: Double
        var actual: [Double]

        /// The mean of all runs.
        var mean: Double { actual.reduce(0, +) / Double(actual.count) }

        var error: Double {
            let (expected, found) = (max(estimated, 1), max(mean, 1))
            return max(expected / found, found / expected)
        }
    }

    /// How many draws the actual rows are the mean of.
    private static let drawCount = 10

    static func run(_ arguments: [String]) throws {
        let options = Options(arguments)
        let only = options.value("--only").map {
            Set($0.split(separator: ",").map(String.init))
        }
        var steps: [Step] = []
        if let path = options.value("--patterns") {
            let database = try Database.open(path)
            for query in PatternQuery.all where only?.contains(query.name) ?? true {
                steps += try Self.steps(query.name, query.text, [[:]], in: database)
            }
        }
        if let path = options.value("--crm") {
            let database = try Database.open(path)
            let customers = try database.execute(
                Query("MATCH (c:Customer) RETURN count(*) AS n"))
            let count = try customers.rows[0].get("n", as: Int.self)
            for query in CRMQuery.all where only?.contains(query.name) ?? true {
                let draws = query.parameters(
                    customerCount: UInt64(count), count: min(drawCount, query.runs))
                steps += try Self.steps(query.name, query.text, draws, in: database)
            }
        }
        guard !steps.isEmpty else {
            print("estimates [--patterns DATABASE] [--crm DATABASE] [--only q1,lookup] [--brief]")
            exit(2)
        }
        report(steps, isBrief: options.has("--brief"))
    }

    /// The steps of one query, the last ones first, as PROFILE shows them.
    private static func steps(
        _ name: String, _ text: String, _ draws: [[String: Value]], in database: Database
    ) throws -> [Step] {
        let statement = try PreparedStatement("PROFILE " + text)
        var steps: [Step] = []
        for (run, parameters) in draws.prefix(text.contains("$") ? drawCount : 1).enumerated() {
            let result = try database.execute(statement, parameters: parameters)
            for (index, row) in (result.profile ?? []).enumerated() {
                let actual = try row.get("rows", as: Double?.self) ?? 0
                if run == 0 {
                    let operation = try row.get("operator", as: String.self)
                    let details = try row.get("details", as: String.self)
                    steps.append(
                        Step(
                            query: name, name: operation + " " + details,
                            estimated: try row.get("estimatedRows", as: Double.self),
                            actual: [actual]))
                } else {
                    steps[index].actual.append(actual)
                }
            }
        }
        return steps
    }

    private static func report(_ steps: [Step], isBrief: Bool) {
        var query = ""
        for step in steps where !isBrief {
            if step.query != query {
                query = step.query
                print("\(query):")
            }
            print(
                padded(rounded(step.estimated, 0), 12) + padded(rounded(step.mean, 1), 14)
                    + padded(rounded(step.error, 2), 10) + "  " + step.name)
        }
        let errors = steps.map(\.error)
        print(
            "\(steps.count) steps: median q-error \(rounded(errors.median)), nine tenths under"
                + " \(rounded(errors.sorted()[errors.count * 9 / 10])), worst"
                + " \(rounded(errors.max() ?? 1))")
    }
}

/// The words of a command line after its name.
struct Options {
    private let words: [String]

    init(_ words: [String]) { self.words = words }

    func has(_ name: String) -> Bool { words.contains(name) }

    /// The word after `name`.
    func value(_ name: String) -> String? {
        guard let place = words.firstIndex(of: name), place + 1 < words.count else { return nil }
        return words[place + 1]
    }

    /// How to open a database: on as many threads as `--threads` says.
    var database: Database.Options {
        var options = Database.Options()
        if let threads = value("--threads").flatMap(Int.init) {
            options.execution.threads = threads
        }
        return options
    }
}

/// `text` with blanks before it.
func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
}
