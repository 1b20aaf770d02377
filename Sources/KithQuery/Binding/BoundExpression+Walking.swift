extension BoundExpression {
    /// The expressions directly below this one that are evaluated in the same row or, below a list
    /// comprehension and its kin, for each element; subqueries are not entered.
    var children: [BoundExpression] {
        switch kind {
        case .literal, .parameter, .variable, .exists, .count, .collect: []
        case .property(let subject, _): [subject]
        case .subscripted(let subject, let index): [subject, index]
        case .slice(let subject, let from, let to): [subject] + [from, to].compactMap { $0 }
        case .list(let elements): elements
        case .map(let entries): entries.map { $0.value }
        case .and(let operands), .or(let operands): operands
        case .xor(let left, let right): [left, right]
        case .not(let operand), .negate(let operand): [operand]
        case .comparison(let first, let steps): [first] + steps.map { $0.operand }
        case .binary(_, let left, let right): [left, right]
        case .arithmeticChain(let first, let steps): [first] + steps.map { $0.operand }
        case .isNull(let operand, _), .isOfType(let operand, _, _): [operand]
        case .hasLabels(let operand, _): [operand]
        case .function(_, let arguments): arguments
        case .caseExpression(let subject, let branches, let otherwise):
            [subject].compactMap { $0 } + branches.flatMap { [$0.condition, $0.result] }
                + [otherwise].compactMap { $0 }
        case .listComprehension(_, let list, let predicate, let projection):
            [list] + [predicate, projection].compactMap { $0 }
        case .quantifier(_, _, let list, let predicate): [list, predicate]
        case .reduce(_, let initial, _, let list, let step): [initial, list, step]
        case .mapProjection(let subject, let items):
            [subject]
                + items.compactMap {
                    if case .entry(_, let value) = $0 { return value }
                    return nil
                }
        }
    }

    /// Whether `test` holds for this expression or any below it, subqueries not entered.
    func contains(where test: (BoundExpression) -> Bool) -> Bool {
        test(self) || children.contains { $0.contains(where: test) }
    }

    /// Whether it is a subquery of any kind.
    var isSubquery: Bool {
        switch kind {
        case .exists, .count, .collect: true
        default: false
        }
    }

    /// Whether it is a variable and nothing more.
    var isVariable: Bool { if case .variable = kind { true } else { false } }

    /// The variables of the row that the expression reads.
    var freeVariables: VariableSet {
        var found: VariableSet = []
        collectFreeVariables(into: &found)
        return found
    }

    private func collectFreeVariables(into found: inout VariableSet) {
        switch kind {
        case .variable(let variable): found.insert(variable)
        case .exists(let subquery), .count(let subquery), .collect(let subquery):
            found.formUnion(subquery.imports)
        case .listComprehension(let variable, let list, let predicate, let projection):
            list.collectFreeVariables(into: &found)
            var inner: VariableSet = []
            predicate?.collectFreeVariables(into: &inner)
            projection?.collectFreeVariables(into: &inner)
            found.formUnion(inner.subtracting([variable]))
        case .quantifier(_, let variable, let list, let predicate):
            list.collectFreeVariables(into: &found)
            found.formUnion(predicate.freeVariables.subtracting([variable]))
        case .reduce(let accumulator, let initial, let variable, let list, let step):
            initial.collectFreeVariables(into: &found)
            list.collectFreeVariables(into: &found)
            found.formUnion(step.freeVariables.subtracting([accumulator, variable]))
        default:
            for child in children { child.collectFreeVariables(into: &found) }
        }
    }

    /// The operands of a conjunction, nested conjunctions opened; otherwise the expression itself.
    var conjuncts: [BoundExpression] {
        if case .and(let operands) = kind { return operands.flatMap { $0.conjuncts } }
        return [self]
    }

    /// The conjunction of `operands`; nil for none.
    static func conjunction(_ operands: [BoundExpression]) -> BoundExpression? {
        if operands.count <= 1 { return operands.first }
        return BoundExpression(.and(operands), type: .boolean)
    }
}
