/// Makes the operators of one run of a plan.
final class OperatorBuilder {
    let plan: Plan
    let functions: FunctionRegistry
    /// The most rows that operators put into one batch.
    let batchSize: Int
    /// The names of the statement's parameters, in the order of their values.
    let parameters: [String]
    private let isProfiling: Bool
    private var cells: [Int: OuterCell] = [:]
    /// What each step did, in the order of their making; filled while the plan runs.
    private(set) var profiles: [(node: PlanNode, profile: OperatorProfile)] = []

    init(
        plan: Plan, functions: FunctionRegistry, parameters: [String], batchSize: Int,
        isProfiling: Bool
    ) {
        self.parameters = parameters
        self.plan = plan
        self.functions = functions
        self.batchSize = batchSize
        self.isProfiling = isProfiling
    }

    /// The number of vectors in a batch.
    var width: Int { plan.variableCount }

    /// Makes the operator of `node` and of all below it.
    func build(_ node: PlanNode) throws(QueryError) -> Operator {
        var inputs: [Operator] = []
        for input in node.inputs { inputs.append(try build(input)) }
        let result = try node.step.makeOperator(inputs, self)
        if isProfiling {
            let profile = OperatorProfile()
            result.profile = profile
            profiles.append((node, profile))
        }
        return result
    }

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
