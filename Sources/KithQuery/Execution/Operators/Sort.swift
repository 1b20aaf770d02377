import KithValues

/// Orders rows by keys; rows with equal keys keep their order.
///
/// With a bound (ORDER BY with LIMIT) it keeps no more than the best rows seen so far.
final class Sort: Operator {
    /// What is ordered, compiled for one thread.
    struct Recipe {
        let keys: [SortKey]
        /// The operands of SKIP and LIMIT above, so that rows beyond them need not be kept.
        let bound: (skip: VectorExpression?, limit: VectorExpression)?
        let width: Int
    }

    /// Where the rows come from.
    private enum Input {
        case rows(Operator)
        /// A chain, with the keys for each of its threads.
        case parts(ParallelChain, [[SortKey]])
    }

    private let input: Input
    private let recipe: Recipe
    private var sorted: Batch?
    private var position = 0

    init(input: Operator, recipe: Recipe) {
        self.input = .rows(input)
        self.recipe = recipe
    }

    init(chain: ParallelChain, keys: [[SortKey]], recipe: Recipe) {
        input = .parts(chain, keys)
        self.recipe = recipe
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if sorted == nil { sorted = try sortAll(context) }
        guard let sorted, position < sorted.count else { return nil }
        let length = min(context.batchSize, sorted.count - position)
        defer { position += length }
        return sorted.slice(from: position, count: length)
    }

    private func sortAll(_ context: ExecutionContext) throws(QueryError) -> Batch {
        var most = Int.max
        if let bound = recipe.bound {
            let skip = try RowCount.evaluate(bound.skip, "SKIP", context) ?? 0
            let limit = try RowCount.evaluate(bound.limit, "LIMIT", context) ?? .max
            let (sum, overflow) = skip.addingReportingOverflow(limit)
            most = overflow ? .max : sum
        }
        let all = SortedRows(recipe.keys, most: most, width: recipe.width)
        switch input {
        case .rows(let input): try all.addAll(input, context)
        case .parts(let chain, let keys):
            let bars = chain.workers.map { _ in LastBar() }
            try chain.run(context) {
                (task, context) throws(QueryError) -> SortedRows in
                let last = bars[task.worker]
                let part = SortedRows(
                    keys[task.worker], most: most, width: recipe.width, bar: last.bar)
                try part.addAll(task.input, context)
                try part.reduce(context)
                last.bar = part.bar
                return part
            } combine: { (part) throws(QueryError) in
                try all.merge(part, context)
            }
        }
        return all.result()
    }

    /// The bar that a thread takes along from part to part: it has seen enough rows within it.
    private final class LastBar {
        var bar: SortBar?
    }

    override func restart() {
        sorted = nil
        position = 0
        switch input {
        case .rows(let input): input.restart()
        case .parts(let chain, _): chain.restart()
        }
    }

    override var mayRunAgain: Bool {
        switch input {
        case .rows(let input): input.mayRunAgain
        case .parts(let chain, _): chain.mayRunAgain
        }
    }
}

/// The step of ``Sort``.
struct SortStep: PartitionedStep {
    let keys: [BoundProjection.SortKey]
    let skip: BoundExpression?
    let limit: BoundExpression?

    var name: String { limit == nil ? "Sort" : "TopRows" }
    func details(_ names: VariableNames) -> String {
        keys.map { $0.expression.text(names) + ($0.isDescending ? " DESC" : "") }
            .joined(separator: ", ")
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        Sort(input: inputs[0], recipe: try recipe(builder))
    }

    func makeOperator(
        _ chain: ParallelChain, _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        let parts = try builder.madeForThreads(chain.workers.count) {
            () throws(QueryError) in try sortKeys(builder)
        }
        return Sort(chain: chain, keys: parts, recipe: try recipe(builder))
    }

    private func recipe(_ builder: OperatorBuilder) throws(QueryError) -> Sort.Recipe {
        var bound: (skip: VectorExpression?, limit: VectorExpression)?
        if let limit { bound = (try builder.compile(skip), try builder.compile(limit)) }
        return Sort.Recipe(keys: try sortKeys(builder), bound: bound, width: builder.width)
    }

    private func sortKeys(_ builder: OperatorBuilder) throws(QueryError) -> [SortKey] {
        var compiled: [SortKey] = []
        for key in keys {
            compiled.append(
                SortKey(
                    expression: try builder.compile(key.expression),
                    isDescending: key.isDescending))
        }
        return compiled
    }
}
