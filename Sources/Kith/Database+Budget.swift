import KithGraph
import KithQuery

extension Database.Options {
    /// A thread more of a statement is worth so much of the budget for what is decoded.
    private static let budgetPerThreadInBytes = 2 << 20

    /// These options with fewer threads a statement where memory is scarce: what each of them has in hand
    /// would be missing where it does more good.
    func withThreadsForBudget() -> Database.Options {
        var options = self
        let most = max(graph.decodedCacheBudgetInBytes / Self.budgetPerThreadInBytes, 1)
        options.execution.threads = min(execution.threads, most)
        return options
    }

    /// The graph's options: a statement that may use one thread has its changes made ready by one.
    var graphWithThreads: GraphOptions {
        var graph = graph
        graph.threads = min(graph.threads, withThreadsForBudget().execution.threads)
        return graph
    }
}
