import Glibc
import Kith

/// `memory DATABASE [--part 4] [--budget SECONDS] [--patterns]`: the queries of a customer graph, or the
/// patterns of a social network, within a memory budget of the file's size divided by `--part`, half for
/// pages and half for what is decoded.
///
/// Prints a line a query: name, runs, median microseconds, the most memory that the process had beyond
/// what it had after opening and one count, its code included, as a part of the budget (memory that one
/// query has freed stays with the process: `--only` measures a query by itself), and `same` where the answers are those of a
/// database without such a budget.
struct MemoryBudget {
    private let bounded: Database
    private let path: String
    private let budgetInBytes: Int
    private let secondsPerQuery: Double

    static func run(_ arguments: [String]) throws {
        guard let path = arguments.first else {
            print(
                "memory DATABASE [--part 4] [--budget SECONDS] [--only q1,q2] [--patterns] "
                    + "[--threads 1]")
            exit(2)
        }
        let options = Options(arguments)
        var status = stat()
        guard stat(path, &status) == 0 else {
            print("cannot read \(path)")
            exit(2)
        }
        let part = options.value("--part").flatMap { Int($0) } ?? 4
        let budget = Int(status.st_size) / part
        var bounded = Database.Options()
        bounded.isReadOnly = true
        bounded.graph.storage.cacheBudgetInBytes = budget / 2
        bounded.graph.decodedCacheBudgetInBytes = budget / 2
        if let threads = options.value("--threads").flatMap({ Int($0) }) {
            bounded.execution.threads = threads
        }
        let workload = MemoryBudget(
            bounded: try Database.open(path, options: bounded), path: path, budgetInBytes: budget,
            secondsPerQuery: options.value("--budget").flatMap { Double($0) } ?? 10)
        let only = options.value("--only").map { Set($0.split(separator: ",").map(String.init)) }
        let patterns = PatternQuery.all.map {
            CRMQuery(name: $0.name, draw: .nothing, runs: 5, text: $0.text)
        }
        let queries = arguments.contains("--patterns") ? patterns : CRMQuery.all
        try workload.measure(queries.filter { only?.contains($0.name) ?? true })
    }

    private func measure(_ queries: [CRMQuery]) throws {
        let count = try bounded.read { transaction in
            try transaction.rows("MATCH (c:Customer) RETURN count(*) AS n")[0].get(
                "n", as: Int.self)
        }
        Self.loadCode()
        let base = Self.memory("VmRSS")
        var checks: [String] = []
        var lines: [String] = []
        for query in queries {
            let draws = query.parameters(customerCount: UInt64(count), count: min(query.runs, 40))
            Self.forgetPeak()
            let (times, check) = try run(query, draws, bounded)
            let most = Double(Self.memory("VmHWM") - base) / Double(budgetInBytes)
            checks.append(check)
            lines.append(
                "\(query.name)\t\(times.count)\t\(rounded(times.median * 1e6))\t\(rounded(most))")
        }
        // The other database's memory is not to be counted: it is opened when all is measured.
        var free = Database.Options()
        free.isReadOnly = true
        let unbounded = try Database.open(path, options: free)
        for (index, query) in queries.enumerated() {
            let draws = query.parameters(customerCount: UInt64(count), count: min(query.runs, 40))
            let (_, check) = try run(query, draws, unbounded)
            print("\(lines[index])\t\(check == checks[index] ? "same" : "DIFFERENT")")
        }
    }

    /// The first three draws always run, so that answers can be compared.
    private func run(
        _ query: CRMQuery, _ draws: [[String: Value]], _ database: Database
    ) throws -> ([Double], String) {
        let statement = try PreparedStatement(query.text)
        var times: [Double] = []
        var check = Checksum()
        let begin = seconds()
        for (run, parameters) in draws.enumerated() {
            let start = seconds()
            let result = try database.execute(statement, parameters: parameters)
            times.append(seconds() - start)
            if run < 3 { check.add(result) }
            if run >= 2, seconds() - begin > secondsPerQuery { break }
        }
        return (times, check.text)
    }

    /// Brings all code of the process into memory, so that what a query is the first to run is not counted
    /// as memory that it holds.
    private static func loadCode() {
        guard let file = fopen("/proc/self/maps", "r") else { return }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            let words = String(cString: line).split { $0 == " " || $0 == "\n" }
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard words.count > 5, words[5].hasPrefix("/"), words[1].hasPrefix("r"),
                words[1].dropFirst().first == "-", ends.count == 2
            else { continue }
            _ = madvise(
                UnsafeMutableRawPointer(bitPattern: ends[0]), Int(ends[1] - ends[0]),
                populateRead)
        }
    }

    /// Linux's `MADV_POPULATE_READ`.
    private static let populateRead: Int32 = 22

    /// A figure of `/proc/self/status`, in bytes.
    private static func memory(_ name: String) -> Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            let words = String(cString: line).split { $0 == " " || $0 == "\t" || $0 == "\n" }
            if words.count > 1, words[0] == "\(name):" { return (Int(words[1]) ?? 0) * 1024 }
        }
        return 0
    }

    /// Makes the highest memory so far what it is now.
    private static func forgetPeak() {
        guard let file = fopen("/proc/self/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
    }
}
