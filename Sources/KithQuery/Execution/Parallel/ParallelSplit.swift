/// A step that takes all its rows before it gives one, and can take them from several threads.
protocol PartitionedStep: PlanStep {
    /// Whether it does so little with a row that rows which are there already are not worth sharing out.
    var isLight: Bool { get }

    /// How many rows it is expected to make inside, of which fewer come out.
    var estimatedWork: Double { get }

    /// Makes the operator that takes its rows from a chain.
    func makeOperator(
        _ chain: ParallelChain, _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator
}

extension PartitionedStep {
    var isLight: Bool { false }
    var estimatedWork: Double { 0 }
}

/// Where a plan is cut so that several threads run it: below a ``PartitionedStep``, above the lowest
/// step whose rows are enough to be shared out. Every step between treats each row by itself.
struct ParallelSplit {
    let sink: any PartitionedStep
    /// The step right below the sink.
    let top: PlanNode
    /// The step whose rows are shared out.
    let source: PlanNode

    /// A thread gets at least so many parts, where there are enough rows, for all to end together.
    private static let partsPerThread = 8.0

    /// nil where one thread is to run the step and all below it.
    init?(_ node: PlanNode, _ options: ExecutionOptions) {
        guard options.threads > 1, let sink = node.step as? any PartitionedStep,
            node.inputs.count == 1
        else { return nil }
        let isForced = options.parallelRowsMin == 0
        let enough = isForced ? 2 : Self.partsPerThread * Double(options.threads)
        var source = node.inputs[0]
        var most = max(source.estimatedRows, sink.estimatedWork)
        // The step whose groups parts must not divide, and the variable it groups by.
        var grouping = sink.wholeRowsOf.map { (step: node, variable: $0) }
        while source.step.isRowLocal, source.inputs.count == 1,
            source.inputs[0].estimatedRows >= enough
        {
            if let variable = source.step.wholeRowsOf { grouping = (source, variable) }
            source = source.inputs[0]
            most = max(most, source.estimatedRows)
        }
        if let grouping, source.inputs.allSatisfy({ $0.variables.contains(grouping.variable) }) {
            // Parts of these rows might divide groups: the rows of the groups are shared out instead.
            guard grouping.step !== node else { return nil }
            source = grouping.step
        }
        guard most >= Double(options.parallelRowsMin), !(source.step is UnitRowStep) else {
            return nil
        }
        guard isForced || Self.isWorthSharing(sink, node.inputs[0], source) else { return nil }
        self.sink = sink
        self.source = source
        top = node.inputs[0]
    }

    /// Whether the steps that threads do are more work than the one whose rows they share, which one thread
    /// at a time does, so that they would wait for each other, and what it works with move from
    /// processor to processor. Threads that scan nodes each scan some.
    private static func isWorthSharing(
        _ sink: any PartitionedStep, _ top: PlanNode, _ source: PlanNode
    ) -> Bool {
        if source.step is NodeScanStep { return true }
        var shared = top.estimatedRows * (sink.isLight ? 0.25 : 2) + sink.estimatedWork
        var node = top
        while node !== source {
            // A row that is looked at is one unit of work, one that is made another.
            let makesRows = !(node.step is FilterStep || node.step is KeepStep)
            shared += node.inputs[0].estimatedRows + (makesRows ? node.estimatedRows : 0)
            node = node.inputs[0]
        }
        return shared >= source.estimatedRows * 2
    }

    /// How many rows the parts are to have.
    func partSizes(_ options: ExecutionOptions) -> PartSizes {
        PartSizes(
            estimate: source.estimatedRows, threads: options.threads,
            sharesAll: options.parallelRowsMin == 0)
    }
}
