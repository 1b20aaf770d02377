import KithGraph
import KithValues

/// Makes the operators of one run of a plan.
final class OperatorBuilder {
    let plan: Plan
    let functions: FunctionRegistry
    /// What the operators are made for.
    private let kind: RunPool.Kind
    /// The names of the statement's parameters, in the order of their values.
    private let parameters: [String]
    private lazy var parameterPositions = ParameterPositions(parameters)
    private let isProfiling: Bool
    /// How the steps below may be shared out to threads; nil where one thread runs them all in any case.
    private let sharing: ExecutionOptions?
    /// Whether it matters if steps may be shared out.
    private var hasSplit = false
    private var cells: [Int: OuterCell] = [:]
    /// What each step did, in the order of their making; filled while the plan runs.
    private(set) var profiles: [(node: PlanNode, profile: OperatorProfile)] = []

    init(
        plan: Plan, functions: FunctionRegistry, parameters: [String], kind: RunPool.Kind,
        isProfiling: Bool, options: ExecutionOptions
    ) {
        // A subquery in an expression finds its outer rows in a place that threads cannot share.
        sharing = isProfiling || !plan.subplans.isEmpty ? nil : options
        self.parameters = parameters
        self.plan = plan
        self.functions = functions
        self.kind = kind
        self.isProfiling = isProfiling
    }

    /// The most rows that operators put into one batch.
    var batchSize: Int { kind.batchSize }

    /// Whether the operators made are as they would be for a kind.
    func suits(_ wanted: RunPool.Kind) -> Bool {
        if kind == wanted { return true }
        return !hasSplit && kind.batchSize == wanted.batchSize && kind.threads == wanted.threads
            && kind.parallelRowsMin == wanted.parallelRowsMin
    }

    /// The position of a parameter's value; nil for one that the statement does not have.
    func position(ofParameter name: String) -> Int? { parameterPositions[name] }

    /// The number of vectors in a batch.
    var width: Int { plan.variableCount }

    /// Makes the operator of `node` and of all below it.
    func build(_ node: PlanNode) throws(QueryError) -> Operator {
        if let sharing, unnested.contains(ObjectIdentifier(node)),
            let split = ParallelSplit(node, sharing), noteSplit()
        {
            let sink = try split.sink.makeOperator(chain(split, sharing), self)
            sink.clauseSpan = plan.places[node]
            return sink
        }
        var inputs: [Operator] = []
        for input in node.inputs { inputs.append(try build(input)) }
        let result = try node.step.makeOperator(inputs, self)
        result.clauseSpan = plan.places[node]
        if isProfiling {
            let profile = OperatorProfile()
            result.profile = profile
            profiles.append((node, profile))
        }
        return result
    }

    /// Whether a split that was found is made.
    private func noteSplit() -> Bool {
        hasSplit = true
        return kind.mayShare
    }

    /// Makes the operators between a split's ends, once for each thread, and what they share.
    private func chain(
        _ split: ParallelSplit, _ sharing: ExecutionOptions
    ) throws(QueryError) -> ParallelChain {
        let source = PartSource(
            try build(split.source), split.partSizes(sharing))
        let workers = try madeForThreads(sharing.threads) {
            () throws(QueryError) -> ParallelChain.Worker in
            let input = PartInput()
            let root = try build(split.top, above: split.source, input)
            return ParallelChain.Worker(input: input, root: root)
        }
        return ParallelChain(source: source, workers: workers)
    }

    /// Makes something for each thread, on a thread of its own each: see ``WorkerThreads``.
    func madeForThreads<Made>(
        _ count: Int, _ make: () throws(QueryError) -> Made
    ) throws(QueryError) -> [Made] {
        var made: [Made] = []
        var failure: QueryError?
        WorkerThreads.inTurn(count: count) { _ in
            guard failure == nil else { return }
            do throws(QueryError) { made.append(try make()) } catch { failure = error }
        }
        if let failure { throw failure }
        return made
    }

    /// Makes the operators from `node` down to `source`, for which `input` stands.
    private func build(
        _ node: PlanNode, above source: PlanNode, _ input: Operator
    ) throws(QueryError) -> Operator {
        if node === source { return input }
        let result = try node.step.makeOperator(
            [try build(node.inputs[0], above: source, input)], self)
        result.clauseSpan = plan.places[node]
        return result
    }

    /// The steps that no other step runs below rows of its own: those may be shared out to threads.
    private lazy var unnested: Set<ObjectIdentifier> = {
        var found: Set<ObjectIdentifier> = []
        var waiting = [plan.root]
        while let node = waiting.popLast() {
            found.insert(ObjectIdentifier(node))
            waiting += node.inputs
        }
        return found
    }()

    /// Whether any part of the plan runs below outer rows.
    var hasNestedPlans: Bool { !cells.isEmpty || !plan.subplans.isEmpty }

    /// Makes an expression ready to run.
    func compile(_ expression: BoundExpression) throws(QueryError) -> VectorExpression {
        try ExpressionCompiler(builder: self).compile(expression)
    }

    /// Makes an optional expression ready to run.
    func compile(_ expression: BoundExpression?) throws(QueryError) -> VectorExpression? {
        guard let expression else { return nil }
        return try ExpressionCompiler(builder: self).compile(expression)
    }

    /// The place of the outer rows numbered `outer`.
    func cell(_ outer: Int) -> OuterCell {
        if let cell = cells[outer] { return cell }
        let cell = OuterCell()
        cells[outer] = cell
        return cell
    }
}
