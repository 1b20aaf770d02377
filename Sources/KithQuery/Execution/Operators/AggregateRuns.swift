import KithLanguage
import KithValues

/// Groups rows that come group after group, and gives groups as soon as they are complete.
///
/// The same rows as ``Aggregate``, in the same order, but it holds few groups at a time, and threads
/// that have parts of the nodes that are grouped by need not merge theirs.
final class AggregateRuns: Operator {
    private let input: Operator
    private let recipe: Aggregation.Recipe
    private let node: VariableID
    /// Takes rows; nil where none has any.
    private var open: Aggregation?
    /// The node of the last row that ``open`` took, while there is one.
    private var openNode: UInt64?
    private var chargedInBytes = 0
    /// Has all its rows; its groups from the position on are to be given.
    private var complete: (aggregation: Aggregation, position: Int)?
    /// The rows after those of ``complete``.
    private var waiting: Batch?

    /// - Precondition: the recipe's groups follow each other.
    init(input: Operator, recipe: Aggregation.Recipe, node: VariableID) {
        self.input = input
        self.recipe = recipe
        self.node = node
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while true {
            if let batch = try completeRows(context) { return batch }
            if let batch = waiting {
                waiting = nil
                try add(batch, context)
            } else if let batch = try input.nextNonEmpty(context) {
                try add(batch, context)
            } else if let last = open {
                complete = (last, 0)
                open = nil
            } else {
                return nil
            }
        }
    }

    /// The next rows of the groups that are complete.
    private func completeRows(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let (aggregation, position) = complete else { return nil }
        let total = aggregation.groupCount
        guard position < total else {
            complete = nil
            context.memory.give(back: chargedInBytes)
            chargedInBytes = 0
            return nil
        }
        let range = position..<min(total, position + context.batchSize)
        complete = (aggregation, range.upperBound)
        return try aggregation.rows(range, context)
    }

    private func add(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        let aggregation = open ?? Aggregation(recipe)
        if aggregation.groupCount >= context.batchSize {
            let start = firstRowOfLastRun(batch)
            if start > 0 || !isOpen(batch) {
                waiting = batch.slice(from: start, count: batch.count - start)
                complete = (aggregation, 0)
                open = nil
                if start > 0 {
                    try add(batch.slice(from: 0, count: start), to: aggregation, context)
                }
                return
            }
        }
        open = aggregation
        let nodes = batch[node]
        openNode = nodes.ids[nodes.position(batch.count - 1)]
        try add(batch, to: aggregation, context)
    }

    private func add(
        _ rows: Batch, to aggregation: Aggregation, _ context: ExecutionContext
    ) throws(QueryError) {
        try aggregation.add(rows, context)
        let size = aggregation.sizeInBytes
        try context.memory.take(size - chargedInBytes)
        chargedInBytes = size
    }

    /// The first of the rows at the end that have one node.
    private func firstRowOfLastRun(_ batch: Batch) -> Int {
        let nodes = batch[node]
        guard !nodes.isConstant else { return 0 }
        let ids = nodes.ids
        var row = batch.count - 1
        while row > 0, ids[row - 1] == ids[row] { row -= 1 }
        return row
    }

    /// Whether the first row belongs to the group that is open.
    private func isOpen(_ batch: Batch) -> Bool {
        let nodes = batch[node]
        return nodes.ids[nodes.position(0)] == openNode
    }

    override func restart() {
        open = nil
        complete = nil
        waiting = nil
        chargedInBytes = 0
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// Runs an ``AggregateRuns`` on each part of a chain and gives the rows in the order of the parts.
final class AggregateRunParts: Operator {
    private let chain: ParallelChain
    /// A recipe for each thread.
    private let recipes: [Aggregation.Recipe]
    private let node: VariableID
    private var batches: [Batch]?
    private var position = 0

    init(chain: ParallelChain, recipes: [Aggregation.Recipe], node: VariableID) {
        self.chain = chain
        self.recipes = recipes
        self.node = node
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        let all: [Batch]
        if let batches {
            all = batches
        } else {
            all = try aggregated(context)
            batches = all
        }
        guard position < all.count else { return nil }
        defer { position += 1 }
        return all[position]
    }

    private func aggregated(_ context: ExecutionContext) throws(QueryError) -> [Batch] {
        var all: [Batch] = []
        try chain.run(context) { (task, context) throws(QueryError) -> [Batch] in
            let runs = AggregateRuns(
                input: task.input, recipe: recipes[task.worker], node: node)
            var found: [Batch] = []
            while let batch = try runs.next(context) {
                try context.memory.take(batch.sizeInBytes)
                found.append(batch)
            }
            return found
        } combine: { (found) throws(QueryError) in
            all += found
        }
        return all
    }

    override func restart() {
        batches = nil
        position = 0
        chain.restart()
    }

    override var mayRunAgain: Bool { chain.mayRunAgain }
}

/// The step of ``AggregateRuns``.
struct AggregateRunsStep: PartitionedStep {
    let aggregate: AggregateStep
    /// The node that the rows of a group have in common.
    let node: VariableID

    var isRowLocal: Bool { true }
    var wholeRowsOf: VariableID? { node }
    var name: String { "AggregateRuns" }
    func details(_ names: VariableNames) -> String { aggregate.details(names) }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        AggregateRuns(input: inputs[0], recipe: try recipe(builder), node: node)
    }

    func makeOperator(
        _ chain: ParallelChain, _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        let recipes = try builder.madeForThreads(chain.workers.count) {
            () throws(QueryError) in try recipe(builder)
        }
        return AggregateRunParts(chain: chain, recipes: recipes, node: node)
    }

    private func recipe(_ builder: OperatorBuilder) throws(QueryError) -> Aggregation.Recipe {
        var recipe = try aggregate.recipe(builder)
        recipe.runs = node
        return recipe
    }
}
