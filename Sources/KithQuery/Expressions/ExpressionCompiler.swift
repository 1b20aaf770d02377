import KithLanguage
import KithValues

/// Makes bound expressions ready to run, each with the fastest form its operands allow.
struct ExpressionCompiler {
    let builder: OperatorBuilder

    func compile(_ expression: BoundExpression) throws(QueryError) -> VectorExpression {
        let span = expression.span
        switch expression.kind {
        case .literal(let value): return LiteralExpression(value, span: span)
        case .parameter(let name):
            guard let position = builder.position(ofParameter: name) else {
                preconditionFailure("a parameter that the binder did not list")
            }
            return ParameterExpression(position: position, span: span)
        case .variable(let variable): return VariableReference(variable, span: span)
        case .property(let subject, let key):
            return PropertyExpression(try compile(subject), key: key, span: span)
        case .and(let operands): return try junction(operands, isConjunction: true, span)
        case .or(let operands): return try junction(operands, isConjunction: false, span)
        case .xor(let left, let right):
            return ExclusiveOrExpression(try compile(left), try compile(right), span: span)
        case .not(let operand): return NotExpression(try compile(operand), span: span)
        case .comparison(let first, let steps):
            var compiled: [(comparison: ComparisonOperator, operand: VectorExpression)] = []
            for step in steps { compiled.append((step.comparison, try compile(step.operand))) }
            return ComparisonExpression(try compile(first), compiled, span: span)
        case .binary(let binary, let left, let right):
            return try compileBinary(binary, left, right, span)
        case .arithmeticChain(let first, let steps):
            return ArithmeticChainExpression(
                try compile(first), steps, try compile(steps.map { $0.operand }), span: span)
        case .isNull(let operand, let negated):
            return NullCheckExpression(try compile(operand), isNegated: negated, span: span)
        case .hasLabels(let subject, let condition):
            return HasLabelsExpression(try compile(subject), condition, span: span)
        case .function(let name, let arguments):
            if let path = PathLengths.length(expression), builder.plan.measuredPaths.contains(path)
            {
                return VariableReference(path, span: span)
            }
            return try compileFunction(name, arguments, expression)
        case .caseExpression(let subject, let branches, let otherwise):
            return try compileCase(subject, branches, otherwise, span)
        case .listComprehension, .quantifier, .reduce:
            return try compileListExpression(expression)
        case .exists(let subquery): return try compileSubquery(.exists, subquery, expression)
        case .count(let subquery): return try compileSubquery(.count, subquery, expression)
        case .collect(let subquery): return try compileSubquery(.collect, subquery, expression)
        case .subscripted, .slice, .list, .map, .negate, .isOfType, .mapProjection:
            return try compileRowwise(expression)
        }
    }

    func compile(_ expressions: [BoundExpression]) throws(QueryError) -> [VectorExpression] {
        var result: [VectorExpression] = []
        for expression in expressions { result.append(try compile(expression)) }
        return result
    }

    private func withReads(
        _ expression: BoundExpression
    ) throws(QueryError) -> (expression: VectorExpression, reads: [VariableID]) {
        (try compile(expression), expression.freeVariables.sorted())
    }

    private func junction(
        _ operands: [BoundExpression], isConjunction: Bool, _ span: SourceSpan?
    ) throws(QueryError) -> VectorExpression {
        var compiled: [(expression: VectorExpression, reads: [VariableID])] = []
        for operand in operands { compiled.append(try withReads(operand)) }
        return JunctionExpression(compiled, isConjunction: isConjunction, span: span)
    }

    private func compileBinary(
        _ binary: BinaryOperator, _ left: BoundExpression, _ right: BoundExpression,
        _ span: SourceSpan?
    ) throws(QueryError) -> VectorExpression {
        let operands = [try compile(left), try compile(right)]
        switch binary {
        case .add, .subtract, .multiply, .divide, .modulo, .power, .concatenate:
            return ArithmeticExpression(binary, operands[0], operands[1], span: span)
        case .isIn, .startsWith, .endsWith, .contains, .matches:
            return PredicateExpression(binary, operands[0], operands[1], span: span)
        }
    }

    private func compileCase(
        _ subject: BoundExpression?, _ branches: [BoundCaseBranch], _ otherwise: BoundExpression?,
        _ span: SourceSpan?
    ) throws(QueryError) -> VectorExpression {
        var compiled: [CaseEvaluation.Branch] = []
        for branch in branches {
            let reads = branch.condition.freeVariables.union(branch.result.freeVariables)
            compiled.append(
                CaseEvaluation.Branch(
                    condition: try compile(branch.condition), result: try compile(branch.result),
                    reads: reads.sorted()))
        }
        var fallback: (expression: VectorExpression, reads: [VariableID])?
        if let otherwise { fallback = try withReads(otherwise) }
        return CaseEvaluation(
            subject: try builder.compile(subject), branches: compiled, otherwise: fallback,
            span: span)
    }

    private func compileListExpression(
        _ expression: BoundExpression
    ) throws(QueryError) -> VectorExpression {
        let reads = expression.freeVariables.sorted()
        switch expression.kind {
        case .listComprehension(let variable, let list, let predicate, let projection):
            return ListComprehensionExpression(
                variable: variable, list: try compile(list),
                predicate: try builder.compile(predicate),
                projection: try builder.compile(projection), reads: reads, span: expression.span)
        case .quantifier(let quantifier, let variable, let list, let predicate):
            return QuantifierListExpression(
                quantifier, variable: variable, list: try compile(list),
                predicate: try compile(predicate), reads: reads, span: expression.span)
        case .reduce(let accumulator, let initial, let variable, let list, let step):
            return ReduceListExpression(
                accumulator: accumulator, initial: try compile(initial), variable: variable,
                list: try compile(list), step: try compile(step), span: expression.span)
        default: preconditionFailure("not an expression over a list")
        }
    }

    private func compileSubquery(
        _ purpose: SubqueryEvaluation.Purpose, _ subquery: BoundSubquery,
        _ expression: BoundExpression
    ) throws(QueryError) -> VectorExpression {
        if let test = builder.plan.subplans.test(for: expression) {
            return AdjacencyExpression(
                test, isCount: purpose == .count, span: expression.span)
        }
        guard let plan = builder.plan.subplans.plan(for: expression) else {
            preconditionFailure("a subquery that was not planned")
        }
        return try SubqueryEvaluation(
            purpose, subquery, plan: plan, builder: builder, span: expression.span)
    }
}
