import KithGraph
import KithValues
import Synchronization

/// What one step of a plan does: its description for EXPLAIN, and the operator that runs it.
///
/// A step holds no rows and no state of a run, so a plan is prepared once and run many times, by
/// several threads at once.
protocol PlanStep: Sendable {
    /// The step's name in EXPLAIN.
    var name: String { get }

    /// What EXPLAIN says besides the name; empty where there is nothing to say.
    func details(_ names: VariableNames) -> String

    /// Whether the step changes the graph when its first row is asked for.
    var isWriting: Bool { get }

    /// Whether the rows that the step gives for some of its input do not depend on the rest of it, so
    /// that several threads may each run it on a part.
    var isRowLocal: Bool { get }

    /// The variable of which all rows with one value must be in one part, where the step is row-local
    /// only in such parts: those of the step below that binds it. nil for any parts.
    var wholeRowsOf: VariableID? { get }

    /// The plans that the step runs itself, below rows of its own; for EXPLAIN.
    var nested: [PlanNode] { get }

    /// Makes the operator of one run.
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) throws(QueryError)
        -> Operator
}

extension PlanStep {
    var nested: [PlanNode] { [] }
    var isWriting: Bool { false }
    var isRowLocal: Bool { false }
    var wholeRowsOf: VariableID? { nil }
}

/// A step with its inputs: a tree of these is a plan.
final class PlanNode: Sendable {
    let step: any PlanStep
    let inputs: [PlanNode]
    /// How many rows the planner expects it to give.
    let estimatedRows: Double
    /// The variables its rows have.
    let variables: VariableSet

    init(
        _ step: any PlanStep, inputs: [PlanNode], estimatedRows: Double,
        variables: VariableSet
    ) {
        self.step = step
        self.inputs = inputs
        self.estimatedRows = estimatedRows
        self.variables = variables
    }

    /// The plan with other steps, of the same rows and variables, where `change` gives some for a step and
    /// its inputs, which are changed already.
    func replacingSteps(
        _ change: (any PlanStep, [PlanNode]) -> (any PlanStep)?
    ) -> PlanNode {
        let inputs = inputs.map { $0.replacingSteps(change) }
        let other = change(step, inputs)
        if other == nil, zip(inputs, self.inputs).allSatisfy({ $0 === $1 }) { return self }
        return PlanNode(
            other ?? step, inputs: inputs, estimatedRows: estimatedRows, variables: variables)
    }

    /// The plan with the steps that `change` gives for some aggregations and their inputs.
    func replacingAggregations(
        _ change: (AggregateStep, PlanNode) -> (any PlanStep)?
    ) -> PlanNode {
        replacingSteps { step, inputs in
            guard let aggregate = step as? AggregateStep, inputs.count == 1 else { return nil }
            return change(aggregate, inputs[0])
        }
    }

    /// Whether this step, or one below it, changes the graph.
    var writes: Bool {
        step.isWriting || inputs.contains { $0.writes } || step.nested.contains { $0.writes }
    }
}

/// The names of a statement's variables, for descriptions.
struct VariableNames: Sendable {
    let infos: [VariableInfo]

    /// The name of a variable; a made-up one for those the text does not name.
    func name(_ variable: VariableID) -> String {
        guard variable.index < infos.count else { return "_\(variable.index)" }
        let info = infos[variable.index]
        return info.isNamed ? info.name : "_\(variable.index)"
    }

    /// The names of several variables.
    func list(_ variables: [VariableID]) -> String {
        variables.map { name($0) }.joined(separator: ", ")
    }
}

/// A statement's plan, ready to run.
final class Plan: Sendable {
    let root: PlanNode
    /// The number of variables of the statement and of those the planner added.
    let variableCount: Int
    let names: VariableNames
    /// The paths whose variables hold their lengths; see ``PathLengths``.
    let measuredPaths: VariableSet
    let subplans: SubplanTable
    /// What the graph's counts must be for the plan to be right.
    let assumptions: Set<PlanAssumption>
    /// Where the clauses of the steps stand.
    let places: ClausePlaces
    /// The commit for which the assumptions were last found true.
    private let checkedCommit: Atomic<UInt64>

    init(
        root: PlanNode, variableCount: Int, names: VariableNames, measuredPaths: VariableSet,
        subplans: SubplanTable, assumptions: Set<PlanAssumption>, places: ClausePlaces
    ) {
        self.assumptions = assumptions
        self.places = places
        checkedCommit = Atomic(.max)
        self.root = root
        self.variableCount = variableCount
        self.names = names
        self.measuredPaths = measuredPaths
        self.subplans = subplans
    }

    /// Whether what the plan assumes of the graph is so.
    func isRight(for graph: GraphReader) -> Bool {
        if assumptions.isEmpty { return true }
        let isSnapshot = !graph.hasPendingChanges
        if isSnapshot, checkedCommit.load(ordering: .relaxed) == graph.commitNumber { return true }
        let statistics = PlanningStatistics(graph: graph)
        guard assumptions.allSatisfy({ $0.holds(statistics) }) else { return false }
        if isSnapshot { checkedCommit.store(graph.commitNumber, ordering: .relaxed) }
        return true
    }
}

/// A plan that runs below outer rows.
struct NestedPlan: Sendable {
    let root: PlanNode
    /// The number under which its leaves find the outer rows.
    let outer: Int
    /// Whether it may run below many outer rows at once, which it then tells apart by `rowNumber`.
    let isBatched: Bool
    /// The variable that carries the outer row's number.
    let rowNumber: VariableID
}

/// The plans of the subqueries within expressions, by the expression.
final class SubplanTable: Sendable {
    private let plans = Guarded<[ObjectIdentifier: NestedPlan]>([:])
    private let tests = Guarded<[ObjectIdentifier: AdjacencyTest]>([:])

    /// Notes that the adjacency answers a subquery.
    func add(_ test: AdjacencyTest, for expression: BoundExpression) {
        tests.withLock { $0[ObjectIdentifier(expression)] = test }
    }

    func test(for expression: BoundExpression) -> AdjacencyTest? {
        tests.withLock { $0[ObjectIdentifier(expression)] }
    }

    func add(_ plan: NestedPlan, for expression: BoundExpression) {
        plans.withLock { $0[ObjectIdentifier(expression)] = plan }
    }

    var isEmpty: Bool { plans.withLock { $0.isEmpty } }

    func plan(for expression: BoundExpression) -> NestedPlan? {
        plans.withLock { $0[ObjectIdentifier(expression)] }
    }
}
