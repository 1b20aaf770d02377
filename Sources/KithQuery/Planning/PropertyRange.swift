import KithLanguage
import KithValues

/// A property between two bounds.
struct PropertyRange {
    let property: BoundExpression
    /// How the property compares with each bound.
    let bounds: [(comparison: ComparisonOperator, value: BoundExpression)]

    /// The range of `bound < property < bound`; nil where a chain is something else.
    init?(_ first: BoundExpression, _ steps: [ComparisonStep]) {
        guard steps.count == 2, steps.allSatisfy({ $0.comparison.isOrdering }),
            case .property = steps[0].operand.kind
        else { return nil }
        property = steps[0].operand
        bounds = [
            (steps[0].comparison.mirrored, first), (steps[1].comparison, steps[1].operand),
        ]
    }

    /// The range that two conditions on one property make together; nil where they do not.
    init?(_ one: BoundExpression, _ other: BoundExpression) {
        guard let (variable, key, first) = Self.bound(one),
            let (otherVariable, otherKey, second) = Self.bound(other), variable == otherVariable,
            key == otherKey, first.comparison.isLower != second.comparison.isLower
        else { return nil }
        property = BoundExpression(
            .property(BoundExpression(.variable(variable)), key: key))
        bounds = [first, second]
    }

    /// From which side a condition bounds which property.
    struct Side: Hashable {
        let variable: VariableID
        let key: String
        var isLower: Bool

        /// The side of a condition that is one bound; nil of any other.
        init?(of condition: BoundExpression) {
            guard let (variable, key, bound) = PropertyRange.bound(condition) else { return nil }
            self.variable = variable
            self.key = key
            isLower = bound.comparison.isLower
        }

        /// The other side of the same property.
        var opposite: Side {
            var side = self
            side.isLower.toggle()
            return side
        }
    }

    private static func bound(
        _ condition: BoundExpression
    ) -> (
        VariableID, key: String, (comparison: ComparisonOperator, value: BoundExpression)
    )? {
        guard case .comparison(let first, let steps) = condition.kind, steps.count == 1,
            steps[0].comparison.isOrdering
        else { return nil }
        if case .property(let subject, let key) = first.kind,
            case .variable(let variable) = subject.kind
        {
            return (variable, key, (steps[0].comparison, steps[0].operand))
        }
        if case .property(let subject, let key) = steps[0].operand.kind,
            case .variable(let variable) = subject.kind
        {
            return (variable, key, (steps[0].comparison.mirrored, first))
        }
        return nil
    }

    /// Whether a value compares so with a bound.
    static func holds(
        _ value: Value, _ comparison: ComparisonOperator, _ bound: Value
    ) -> Bool {
        switch comparison {
        case .equal: Value.cypherEquals(value, bound) == .yes
        case .notEqual: Value.cypherEquals(value, bound) == .no
        case .less: Value.isLess(value, bound) == .yes
        case .lessOrEqual: Value.isLessOrEqual(value, bound) == .yes
        case .greater: Value.isLess(bound, value) == .yes
        case .greaterOrEqual: Value.isLessOrEqual(bound, value) == .yes
        }
    }
}

extension ComparisonOperator {
    /// Whether it is `<` or one of its kin.
    var isOrdering: Bool { self != .equal && self != .notEqual }

    /// Whether it bounds its left side from below.
    var isLower: Bool { self == .greater || self == .greaterOrEqual }
}
