import Glibc

/// `kith-benchmarks WORKLOAD [DIRECTORY]`: prints ratios measured within one run.
///
/// `kith-benchmarks crm DATABASE …` measures queries on an imported graph, see ``CRMWorkload``;
/// `patterns DATABASE` counts patterns, see ``PatternWorkload``; `algorithms DATABASE` runs graph
/// algorithms, see ``AlgorithmWorkload``; `estimates …` shows the planner's estimates, see ``Estimates``;
/// `memory DATABASE` runs queries within a memory budget, see ``MemoryBudget``; `threads …` on one thread
/// and on two, see ``ThreadsWorkload``; `growth …` says what a row and an edge cost at several sizes, see
/// ``Growth``; `hot NAME` is for counting instructions, see ``HotPaths``.
@main
struct Benchmarks {
    /// Every workload by name.
    static let workloads: [(name: String, run: @Sendable (String) throws -> Void)] = [
        ("storage-get", StorageGets.run),
        ("storage-load", StorageLoads.run),
        ("storage-commit", StorageCommits.run),
        ("storage-commit-unsynced", StorageCommits.runUnsynced),
        ("graph-write-single", GraphWrites.runSingle),
        ("graph-write-processor", GraphWrites.runProcessor),
        ("graph-write-bulk", GraphWrites.runBulk),
        ("graph-write-loop", GraphWrites.runLoop),
        ("graph-group-commit", GraphWrites.runGroup),
    ]

    static func main() throws {
        let arguments = CommandLine.arguments
        let name = arguments.count > 1 ? arguments[1] : "all"
        if name == "crm" { return try CRMWorkload.run(Array(arguments.dropFirst(2))) }
        if name == "algorithms" { return try AlgorithmWorkload.run(Array(arguments.dropFirst(2))) }
        if name == "patterns" { return try PatternWorkload.run(Array(arguments.dropFirst(2))) }
        if name == "threads" { return try ThreadsWorkload.run(Array(arguments.dropFirst(2))) }
        if name == "estimates" { return try Estimates.run(Array(arguments.dropFirst(2))) }
        if name == "memory" { return try MemoryBudget.run(Array(arguments.dropFirst(2))) }
        if name == "hot" { return try HotPaths.run(Array(arguments.dropFirst(2))) }
        if name == "growth" { return try Growth.run(Array(arguments.dropFirst(2))) }
        let parent = arguments.count > 2 ? arguments[2] : "."
        let directory = "\(parent)/kith-benchmark-\(getpid())"
        mkdir(directory, 0o700)
        defer { removeAll(directory) }
        var found = false
        for workload in workloads where name == "all" || name == workload.name {
            found = true
            print("\(workload.name):")
            try workload.run(directory)
        }
        if !found {
            let names = workloads.map(\.name).joined(separator: ", ")
            print("workloads: \(names), or all; crm DATABASE; algorithms DATABASE")
            exit(2)
        }
    }

    private static func removeAll(_ directory: String) {
        guard let handle = opendir(directory) else { return }
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            unlink("\(directory)/\(name)")
        }
        closedir(handle)
        rmdir(directory)
    }
}

/// Seconds on the clock that never goes back.
func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Seconds of processor time of this thread.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

extension [Double] {
    var median: Double { sorted()[count / 2] }
    var tenth: Double { sorted()[count / 10] }
}

func rounded(_ value: Double, _ digits: Int = 2) -> String {
    let factor = pow(10.0, Double(digits))
    return "\((value * factor).rounded() / factor)"
}

/// Numbers in an order that looks random and is the same everywhere.
struct Shuffled {
    private var state: UInt64 = 88_172_645_463_325_252

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
