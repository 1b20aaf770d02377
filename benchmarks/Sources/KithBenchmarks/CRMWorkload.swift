import Glibc
import Kith

/// `crm DATABASE [--only q1,q2] [--draws FILE] [--own-transactions] [--threads N]`: the queries of a customer graph
/// through the library, with prepared statements, in one read transaction.
///
/// Prints a line a query: name, runs, median and least time in microseconds, and a check value: the
/// rows of the first draws, to be compared with another engine's. `--draws` takes the parameters from
/// a file with a line a draw, `query name=value …`, so that engines can be asked the same.
/// `--own-transactions` gives each run a transaction of its own.
struct CRMWorkload {
    private let database: Database
    private let customerCount: UInt64
    private let draws: [String: [[String: Value]]]
    private let usesOwnTransactions: Bool
    /// No query takes longer than this.
    private let budgetInSeconds: Double

    static func run(_ arguments: [String]) throws {
        if arguments.first == "--names" { return CRMQuery.all.forEach { print($0.name) } }
        guard let path = arguments.first else {
            print(
                "crm DATABASE [--only q1,q2] [--draws FILE] [--own-transactions] [--budget S] [--threads N]"
            )
            exit(2)
        }
        let options = Options(arguments)
        let only = options.value("--only").map { Set($0.split(separator: ",").map(String.init)) }
        let database = try Database.open(path, options: options.database)
        let count = try database.read { transaction in
            try transaction.rows("MATCH (c:Customer) RETURN count(*) AS n")[0].get(
                "n", as: Int.self)
        }
        let workload = CRMWorkload(
            database: database, customerCount: UInt64(count),
            draws: try options.value("--draws").map(draws(in:)) ?? [:],
            usesOwnTransactions: options.has("--own-transactions"),
            budgetInSeconds: options.value("--budget").flatMap(Double.init) ?? 5)
        for query in CRMQuery.all where only?.contains(query.name) ?? true {
            try workload.measure(query)
        }
    }

    /// The draws of a file, by query.
    private static func draws(in path: String) throws -> [String: [[String: Value]]] {
        guard let file = fopen(path, "r") else {
            print("cannot read \(path)")
            exit(2)
        }
        defer { fclose(file) }
        var result: [String: [[String: Value]]] = [:]
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            let words = String(cString: line).split(separator: "\n")[0].split(separator: "\t")
            var parameters: [String: Value] = [:]
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                parameters[parts[0]] = Int64(parts[1]).map { .integer($0) } ?? .string(parts[1])
            }
            result[String(words[0]), default: []].append(parameters)
        }
        return result
    }

    /// The parameters of every run of a query.
    private func parameters(of query: CRMQuery) -> [[String: Value]] {
        if let known = draws[query.name] { return known }
        return query.parameters(customerCount: customerCount, count: query.runs)
    }

    private func measure(_ query: CRMQuery) throws {
        let statement = try PreparedStatement(query.text)
        let draws = parameters(of: query)
        var times: [Double] = []
        var check = Checksum()
        let transaction = try database.beginRead()
        defer { transaction.end() }
        // Once unmeasured: plans the statement and fills the caches.
        _ = try transaction.run(statement, parameters: draws[0]).collected()
        // While one is open others begin faster.
        if usesOwnTransactions { transaction.end() }
        let begin = seconds()
        for (run, parameters) in draws.enumerated() {
            let start = seconds()
            let result: Result
            if usesOwnTransactions {
                result = try database.execute(statement, parameters: parameters)
            } else {
                result = try transaction.run(statement, parameters: parameters).collected()
            }
            let end = seconds()
            times.append(end - start)
            if run < 5 { check.add(result) }
            if end - begin > budgetInSeconds, run >= 2 { break }
        }
        let median = rounded(times.median * 1e6)
        let least = rounded((times.min() ?? 0) * 1e6)
        print("\(query.name)\t\(times.count)\t\(median)\t\(least)\t\(check.text)")
        fflush(nil)
    }
}

/// What some results have in common with those of another engine: their values as text, hashed; rows
/// in any order.
struct Checksum {
    private var sum: UInt64 = 0
    private var rows = 0

    /// FNV-1a.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    mutating func add(_ result: Result) {
        for row in result.rows {
            sum &+= Self.hash(row.values.map(Self.text).joined(separator: "|"))
            rows += 1
        }
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .string(let text): text
        case .float(let number): rounded(number, 4)
        case .null: "null"
        default: "?"
        }
    }

    /// The number of rows and the hash.
    var text: String { "\(rows):\(String(sum, radix: 16))" }
}
