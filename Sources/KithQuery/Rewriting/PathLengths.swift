/// Finds the named paths of which only the length is read.
///
/// The rule: where `length(p)` is all that is read of a path `p` after its MATCH, up to and in the next
/// projection, the variable gets the number of relationships, for which no relationship need be looked
/// at, and `length(p)` is the variable. A step that selects paths gives the length by itself where the
/// relationships have no name under which something else could read them.
enum PathLengths {
    /// `root` with the lengths of selected paths given by the steps that select them.
    static func applied(to root: PlanNode, _ names: VariableNames) -> PlanNode {
        let inputs = root.inputs.map { applied(to: $0, names) }
        if let build = root.step as? BuildPathStep, build.isLength,
            let selecting = inputs[0].step as? SelectPathsStep, selecting.parts.count == 1,
            selecting.predicate == nil, build.relationships == [selecting.parts[0].relationship],
            let relationships = build.relationships.first,
            selecting.wanted.isSubset(of: [relationships]),
            relationships.index >= names.infos.count || !names.infos[relationships.index].isNamed
        {
            var step = selecting.wanting([])
            step.length = build.variable
            return PlanNode(
                step, inputs: inputs[0].inputs, estimatedRows: root.estimatedRows,
                variables: inputs[0].variables.subtracting([relationships])
                    .union([build.variable]))
        }
        if zip(inputs, root.inputs).allSatisfy({ $0 === $1 }) { return root }
        return PlanNode(
            root.step, inputs: inputs, estimatedRows: root.estimatedRows,
            variables: root.variables)
    }

    /// The paths of the MATCH at `index` of which only the length is read later.
    static func measured(_ clauses: [BoundClause], at index: Int) -> VariableSet {
        guard case .match(let match) = clauses[index] else { return [] }
        let own = Liveness.reads(of: clauses[index])
        let paths = match.pattern.paths.map { $0.variable }.filter { path in
            !own.contains(path) && isMeasured(path, clauses[(index + 1)...])
        }
        return VariableSet(paths)
    }

    private static func isMeasured(
        _ path: VariableID, _ later: ArraySlice<BoundClause>
    ) -> Bool {
        for clause in later {
            if case .project(let projection) = clause {
                return !projection.expressions.contains { reads($0, path) }
            }
            if Liveness.reads(of: clause).contains(path) { return false }
        }
        return false
    }

    /// Whether an expression reads more of a path than its length.
    private static func reads(_ expression: BoundExpression, _ path: VariableID) -> Bool {
        if length(expression) == path { return false }
        if case .variable(path) = expression.kind { return true }
        if expression.isSubquery { return expression.freeVariables.contains(path) }
        return expression.children.contains { reads($0, path) }
    }

    /// The variable of which an expression is the length.
    static func length(_ expression: BoundExpression) -> VariableID? {
        guard case .function("length", let arguments) = expression.kind, arguments.count == 1,
            case .variable(let variable) = arguments[0].kind
        else { return nil }
        return variable
    }
}

extension BoundProjection {
    /// Every expression of it.
    var expressions: [BoundExpression] {
        items.map { $0.expression } + groupingKeys.map { $0.expression }
            + aggregates.flatMap { $0.arguments } + sortKeys.map { $0.expression }
            + [skip, limit, predicate].compactMap { $0 }
    }
}
