import Glibc
import Kith

/// `patterns DATABASE [--only q1,q2] [--runs 7] [--budget SECONDS] [--threads N]`: counting patterns through the
/// library, with prepared statements, in one read transaction.
///
/// Prints a line a query: name, runs, median and least time in microseconds, how long it took to plan,
/// (with what is sampled for the first time), and what was counted.
enum PatternWorkload {
    static func run(_ arguments: [String]) throws {
        guard let path = arguments.first else {
            print("patterns DATABASE [--only q1,q2] [--runs 7] [--budget SECONDS] [--threads N]")
            exit(2)
        }
        let options = Options(arguments)
        let only = options.value("--only").map {
            Set($0.split(separator: ",").map(String.init))
        }
        let runs = options.value("--runs").flatMap(Int.init) ?? 7
        let budget = options.value("--budget").flatMap(Double.init) ?? 10
        let database = try Database.open(path, options: options.database)
        for query in PatternQuery.all where only?.contains(query.name) ?? true {
            let transaction = try database.beginRead()
            defer { transaction.end() }
            let start = seconds()
            _ = try transaction.execute(Query("EXPLAIN " + query.text))
            let planning = seconds() - start
            let statement = try PreparedStatement(query.text)
            var count = try transaction.run(statement).collected().rows[0].get(
                "count(*)", as: Int.self)
            var times: [Double] = []
            let begin = seconds()
            for run in 0..<runs {
                let start = seconds()
                count = try transaction.run(statement).collected().rows[0].get(
                    "count(*)", as: Int.self)
                times.append(seconds() - start)
                if seconds() - begin > budget, run >= 2 { break }
            }
            let median = rounded(times.median * 1e6)
            let least = rounded((times.min() ?? 0) * 1e6)
            print(
                "\(query.name)\t\(times.count)\t\(median)\t\(least)\t\(rounded(planning * 1e6))\t\(count)"
            )
            fflush(nil)
        }
    }
}
