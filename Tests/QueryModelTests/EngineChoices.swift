import KithGraph

@testable import KithQuery

/// The choices under which the engine runs a statement, none of which may change its result.
struct EngineChoices: CustomStringConvertible, Equatable {
    var options = ExecutionOptions.standard
    /// Whether the statement runs on the file that was closed and opened again.
    var isReopened = false

    /// The names of the rewrite rules.
    static let rules = RewriteRule.allCases.map { $0.rawValue }

    /// The best choices.
    init() {}

    /// Drawn choices.
    init(_ choices: inout Choices) {
        options.batchSize = choices.pick([2_048, 1, 2, 3, 2_048])
        options.threads = choices.pick([1, 1, 1, 2, 3])
        // Graphs are small: rows are shared out however few they are.
        options.parallelRowsMin = 0
        options.usesIndexes = choices.chance(65)
        options.joinOrderSeed = choices.chance(65) ? UInt64(choices.below(1 << 20)) : nil
        isReopened = choices.chance(25)
        guard !Self.rules.isEmpty else { return }
        switch choices.below(5) {
        case 2, 3: options.disabledRules = [choices.pick(Self.rules)]
        case 4: options.disabledRules = Set(Self.rules)
        default: break
        }
    }

    /// The choices of another run of the same plan.
    func rerun(_ choices: inout Choices) -> EngineChoices {
        var other = EngineChoices(&choices)
        other.options.threads = options.threads
        other.options.parallelRowsMin = options.parallelRowsMin
        other.options.usesIndexes = options.usesIndexes
        other.options.joinOrderSeed = options.joinOrderSeed
        other.options.disabledRules = options.disabledRules
        return other
    }

    /// Simpler choices, the simplest first; for shrinking.
    var simpler: [EngineChoices] {
        var found = [EngineChoices()]
        func add(_ change: (inout EngineChoices) -> Void) {
            var next = self
            change(&next)
            if next != self { found.append(next) }
        }
        add { $0.options.batchSize = 2_048 }
        add { $0.options.threads = 1 }
        add { $0.options.usesIndexes = true }
        add { $0.options.joinOrderSeed = nil }
        add { $0.options.disabledRules = [] }
        add { $0.isReopened = false }
        return found.filter { $0 != self }
    }

    var description: String {
        var parts = ["batches of \(options.batchSize)", "\(options.threads) threads"]
        if !options.usesIndexes { parts.append("no indexes") }
        if let seed = options.joinOrderSeed { parts.append("orders by \(seed)") }
        if !options.disabledRules.isEmpty {
            parts.append("without \(options.disabledRules.sorted().joined(separator: ", "))")
        }
        if isReopened { parts.append("reopened") }
        return parts.joined(separator: ", ")
    }
}

extension GraphOptions {
    /// Drawn sizes of the parts of a graph, small enough that small graphs have many of them.
    init(_ choices: inout Choices) {
        self.init()
        recentRowsMax = choices.pick([60, 0, 1, 4])
        recentEdgesMax = choices.pick([60, 0, 1, 4])
        homeChunkThreshold = choices.pick([65, 2, 5])
        edgesPerBlockMax = choices.pick([4_000, 2, 5])
        sharedChangesMin = 1
        locatedChangesMin = 1
    }
}
