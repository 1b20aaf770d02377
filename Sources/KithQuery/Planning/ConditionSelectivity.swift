import KithGraph
import KithLanguage
import KithValues

/// Estimates which share of rows a condition is true on, from samples of the properties it reads, and
/// by guesses where it reads something else.
struct ConditionSelectivity {
    let statistics: PlanningStatistics
    let origins: VariableOrigins

    /// The share of rows on which an expression is true.
    func share(of expression: BoundExpression) -> Double {
        min(max(estimate(expression), 0), 1)
    }

    private func estimate(_ expression: BoundExpression) -> Double {
        switch expression.kind {
        case .literal(.boolean(let isTrue)): isTrue ? 1 : 0
        case .literal: 0
        case .and(let operands): operands.reduce(1) { $0 * share(of: $1) }
        case .or(let operands): 1 - operands.reduce(1) { $0 * (1 - share(of: $1)) }
        case .xor(let left, let right):
            share(of: left) * (1 - share(of: right)) + share(of: right) * (1 - share(of: left))
        case .not(let operand): valueShare(of: operand) - share(of: operand)
        case .comparison(let first, let steps): comparisons(first, steps)
        case .binary(let operation, let left, let right): binary(operation, left, right)
        case .isNull(let operand, let negated): nullShare(of: operand, negated)
        case .hasLabels(let subject, let labels): labelShare(subject, labels)
        case .exists(let subquery): existence(subquery)
        default: 0.5
        }
    }

    /// The share of rows on which a condition on one property is true or false, and not null.
    private func valueShare(of expression: BoundExpression) -> Double {
        switch expression.kind {
        case .comparison(let first, let steps) where steps.count == 1:
            (sample(first) ?? sample(steps[0].operand))?.presentShare ?? 1
        case .binary(_, let left, _): sample(left)?.presentShare ?? 1
        default: 1
        }
    }

    /// What is known of the property that an expression is.
    func sample(_ expression: BoundExpression) -> PropertyStatistics? {
        guard case .property(let entity, let key)? = origins.origin(of: expression) else {
            return nil
        }
        return statistics.propertyStatistics(entity, key)
    }

    // MARK: Comparisons

    private func comparisons(_ first: BoundExpression, _ steps: [ComparisonStep]) -> Double {
        if steps.count == 2, let range = PropertyRange(first, steps) {
            return share(of: range)
        }
        var left = first
        return steps.reduce(1) { product, step in
            defer { left = step.operand }
            return product * comparison(left, step.comparison, step.operand)
        }
    }

    private func comparison(
        _ left: BoundExpression, _ comparison: ComparisonOperator, _ right: BoundExpression
    ) -> Double {
        if comparison == .notEqual {
            if let share = keyShare(left) ?? keyShare(right) { return 1 - share }
            let present = (sample(left) ?? sample(right))?.presentShare ?? 1
            return present - equality(left, right)
        }
        if comparison == .equal { return equality(left, right) }
        if let known = sample(left) {
            return bounded(known, comparison, right)
        }
        if let known = sample(right) {
            return bounded(known, comparison.mirrored, left)
        }
        return 0.3
    }

    private func bounded(
        _ known: PropertyStatistics, _ comparison: ComparisonOperator, _ other: BoundExpression
    ) -> Double {
        guard case .literal(let bound) = other.kind else { return known.presentShare * 0.3 }
        return known.share { PropertyRange.holds($0, comparison, bound) }
    }

    /// The share of rows on which a property lies within two bounds.
    func share(of range: PropertyRange) -> Double {
        guard let known = sample(range.property) else { return 0.1 }
        let bounds = range.bounds.compactMap { bound -> (ComparisonOperator, Value)? in
            guard case .literal(let value) = bound.value.kind else { return nil }
            return (bound.comparison, value)
        }
        guard bounds.count == range.bounds.count else { return known.presentShare * 0.1 }
        return known.share { value in
            bounds.allSatisfy { PropertyRange.holds(value, $0.0, $0.1) }
        }
    }

    private func equality(_ left: BoundExpression, _ right: BoundExpression) -> Double {
        if let share = keyShare(left) ?? keyShare(right) { return share }
        let (one, other) = (sample(left), sample(right))
        if let one, let other {
            return one.presentShare * other.presentShare
                / max(one.distinctCount, other.distinctCount, 1)
        }
        if let known = one ?? other {
            let value = one == nil ? left : right
            if case .literal(let literal) = value.kind {
                return literal.isNull ? 0 : known.share(equalTo: literal)
            }
            return known.shareOfAnyValue
        }
        // A node or relationship is one of as many as there are, and so is an id.
        let counts = [left, right].compactMap { entityCount($0) }
        return counts.max().map { 1 / max($0, 1) } ?? 0.1
    }

    /// The share of one node, where an expression is a property by which nodes differ: nothing has to be
    /// sampled then.
    private func keyShare(_ expression: BoundExpression) -> Double? {
        guard case .property(.node(let labels), let key)? = origins.origin(of: expression),
            labels.contains(where: { statistics.isUnique(key, label: $0) })
        else { return nil }
        return 1 / max(statistics.nodeCount(labels: labels), 1)
    }

    /// How many nodes or relationships an expression may be, or may be the id of.
    private func entityCount(_ expression: BoundExpression) -> Double? {
        switch expression.kind {
        case .variable:
            switch origins.origin(of: expression) {
            case .node(let labels): return statistics.nodeCount(labels: labels)
            case .relationship(let types):
                return statistics.relationshipCount(types: types, from: [], to: [])
            case .property, nil: return nil
            }
        case .function("id", let arguments) where arguments.count == 1:
            return entityCount(arguments[0])
        default: return nil
        }
    }

    // MARK: Other conditions

    private func binary(
        _ operation: BinaryOperator, _ left: BoundExpression, _ right: BoundExpression
    ) -> Double {
        if operation == .isIn, let share = keyShare(left) {
            if case .list(let elements) = right.kind { return share * Double(elements.count) }
            return share * 10
        }
        let known = sample(left)
        switch operation {
        case .isIn:
            if case .list(let elements) = right.kind {
                return elements.reduce(0) { $0 + equality(left, $1) }
            }
            if case .literal(.list(let values)) = right.kind {
                guard let known else { return 0.1 * Double(values.count) }
                return values.reduce(0) { $1.isNull ? $0 : $0 + known.share(equalTo: $1) }
            }
            return known.map { min(10 * $0.shareOfAnyValue, 0.5) } ?? 0.2
        case .startsWith: return text(known, right, 0.05) { Self.isPrefix($1, of: $0) }
        case .endsWith: return text(known, right, 0.05) { Self.isSuffix($1, of: $0) }
        case .contains: return text(known, right, 0.02) { Self.contains($0, $1) }
        case .matches: return (known?.presentShare ?? 1) * 0.1
        default: return 0.1
        }
    }

    /// The share of texts that pass a test against a literal.
    private func text(
        _ known: PropertyStatistics?, _ literal: BoundExpression, _ guess: Double,
        _ test: (Substring.UTF8View, Substring.UTF8View) -> Bool
    ) -> Double {
        guard let known else { return guess }
        guard case .literal(.string(let wanted)) = literal.kind else {
            return known.presentShare * guess
        }
        let bytes = wanted[...].utf8
        return known.share { value in
            guard case .string(let text) = value else { return false }
            return test(text[...].utf8, bytes)
        }
    }

    private static func isPrefix(
        _ wanted: Substring.UTF8View, of text: Substring.UTF8View
    ) -> Bool { text.starts(with: wanted) }

    private static func isSuffix(
        _ wanted: Substring.UTF8View, of text: Substring.UTF8View
    ) -> Bool { text.reversed().starts(with: wanted.reversed()) }

    private static func contains(
        _ text: Substring.UTF8View, _ wanted: Substring.UTF8View
    ) -> Bool {
        var rest = text
        while rest.count >= wanted.count {
            if rest.starts(with: wanted) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    private func nullShare(of operand: BoundExpression, _ negated: Bool) -> Double {
        if let known = sample(operand) { return negated ? known.presentShare : known.nullShare }
        return negated ? 0.9 : 0.1
    }

    /// Labels that the pattern demands are counted where the node is found.
    private func labelShare(_ subject: BoundExpression, _ labels: BoundLabelExpression) -> Double {
        guard case .node(let known)? = origins.origin(of: subject) else { return 0.5 }
        switch labels {
        case .label(let name):
            if known.contains(name) { return 1 }
            let base = statistics.nodeCount(labels: known)
            return statistics.nodeCount(labels: known + [name]) / max(base, 1)
        case .wildcard: return 1
        case .and(let parts): return parts.reduce(1) { $0 * labelShare(subject, $1) }
        case .or(let parts): return 1 - parts.reduce(1) { $0 * (1 - labelShare(subject, $1)) }
        case .not(let part): return 1 - labelShare(subject, part)
        }
    }

    /// Whether a subquery of one plain relationship finds any.
    private func existence(_ subquery: BoundSubquery) -> Double {
        guard subquery.query.branches.count == 1,
            let clauses = subquery.query.branches.first?.clauses, clauses.count == 1,
            case .match(let match) = clauses[0], match.pattern.relationships.count == 1,
            match.pattern.nodes.count == 2, match.predicate == nil,
            let relationship = match.pattern.relationships.first, relationship.length == nil,
            relationship.quantified == nil
        else { return 0.5 }
        let (left, right) = (
            match.pattern.nodes[relationship.from], match.pattern.nodes[relationship.to]
        )
        guard left.isBound || right.isBound else { return 0.5 }
        let (near, far) = left.isBound ? (left, right) : (right, left)
        let direction = left.isBound ? relationship.direction : relationship.direction.reversed
        let nearLabels = origins.labels(of: near.variable)
        let farLabels = origins.labels(of: far.variable) + (far.labels?.requiredLabels ?? [])
        guard
            let step = statistics.step(types: relationship.typeNames, direction, to: farLabels),
            let known = statistics.degrees(labels: nearLabels, reaching: nil, counted: step)
        else { return 0.5 }
        if !far.isBound { return known.shareWithAny }
        return min(1, known.mean / max(statistics.nodeCount(labels: farLabels), 1))
    }
}
