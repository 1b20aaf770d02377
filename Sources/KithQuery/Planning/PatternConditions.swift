import KithLanguage

/// The conditions of one MATCH, taken apart so that each is tested as soon as its variables are
/// there.
struct PatternConditions {
    /// One condition that must be true.
    struct Condition {
        let expression: BoundExpression
        let variables: Set<VariableID>
        /// How many of the rows it keeps, as a guess.
        let selectivity: Double
    }

    private(set) var conditions: [Condition] = []

    init(_ match: BoundMatch) {
        for node in match.pattern.nodes {
            let variable = BoundExpression(.variable(node.variable), type: .node)
            for label in node.labels.map(Self.parts) ?? [] {
                add(BoundExpression(.hasLabels(variable, label), type: .boolean, span: node.span))
            }
            for entry in node.properties { add(Self.equality(variable, entry)) }
        }
        for relationship in match.pattern.relationships where relationship.length == nil {
            let variable = BoundExpression(.variable(relationship.variable), type: .relationship)
            for entry in relationship.properties { add(Self.equality(variable, entry)) }
        }
        for conjunct in match.predicate?.conjuncts ?? [] { add(conjunct) }
    }

    private mutating func add(_ expression: BoundExpression) {
        conditions.append(
            Condition(
                expression: expression, variables: expression.freeVariables,
                selectivity: Self.selectivity(expression)))
    }

    /// The parts of a conjunction of labels.
    private static func parts(_ labels: BoundLabelExpression) -> [BoundLabelExpression] {
        if case .and(let parts) = labels { return parts.flatMap { Self.parts($0) } }
        return [labels]
    }

    /// `variable.key = value`.
    static func equality(_ variable: BoundExpression, _ entry: BoundMapEntry) -> BoundExpression {
        BoundExpression(
            .comparison(
                BoundExpression(.property(variable, key: entry.key), span: entry.value.span),
                [ComparisonStep(.equal, entry.value)]), type: .boolean, span: entry.value.span)
    }

    private static func selectivity(_ expression: BoundExpression) -> Double {
        switch expression.kind {
        case .comparison(_, let steps):
            return steps.reduce(1) { product, step in
                switch step.comparison {
                case .equal: product * 0.1
                case .notEqual: product * 0.9
                default: product * 0.3
                }
            }
        case .hasLabels: return 1
        case .binary(.isIn, _, _): return 0.2
        case .binary: return 0.1
        case .isNull(_, let negated): return negated ? 0.9 : 0.1
        case .not(let operand): return 1 - selectivity(operand) * 0.9
        default: return 0.5
        }
    }

    /// The labels that a node must have, by the pattern and by conditions of WHERE.
    func labels(of variable: VariableID) -> [String] {
        var found: [String] = []
        for condition in conditions {
            guard case .hasLabels(let subject, let labels) = condition.expression.kind,
                case .variable(variable) = subject.kind
            else { continue }
            for name in labels.requiredLabels where !found.contains(name) { found.append(name) }
        }
        return found
    }

    /// The positions of conditions that only say that a node has one of `labels`.
    func labelConditions(of variable: VariableID, _ labels: [String]) -> [Int] {
        conditions.indices.filter { index in
            guard
                case .hasLabels(let subject, .label(let name)) = conditions[index].expression.kind,
                case .variable(variable) = subject.kind
            else { return false }
            return labels.contains(name)
        }
    }
}

/// How a property of a node is bounded by conditions.
struct PropertyBounds {
    /// The position of the condition and the value that the property equals.
    var equal: (condition: Int, value: BoundExpression)?
    /// The position of the condition and the list of which the property is an element.
    var anyOf: (condition: Int, list: BoundExpression)?
    var lower: IndexCondition.End?
    var upper: IndexCondition.End?
    var prefix: BoundExpression?
}

extension PatternConditions {
    /// How conditions that read only `known` variables besides `variable` bound its properties.
    func bounds(of variable: VariableID, known: Set<VariableID>) -> [String: PropertyBounds] {
        var result: [String: PropertyBounds] = [:]
        for (index, condition) in conditions.enumerated()
        where condition.variables.subtracting([variable]).isSubset(of: known) {
            switch condition.expression.kind {
            case .comparison(let first, let steps) where steps.count == 1:
                let other = steps[0].operand
                if let key = Self.key(first, variable), !other.freeVariables.contains(variable) {
                    Self.note(steps[0].comparison, other, index, in: &result[key, default: .init()])
                } else if let key = Self.key(other, variable),
                    !first.freeVariables.contains(variable)
                {
                    Self.note(
                        steps[0].comparison.mirrored, first, index,
                        in: &result[key, default: .init()])
                }
            case .binary(.isIn, let subject, let list):
                if let key = Self.key(subject, variable), !list.freeVariables.contains(variable) {
                    result[key, default: .init()].anyOf = (index, list)
                }
            case .binary(.startsWith, let subject, let text):
                if let key = Self.key(subject, variable), !text.freeVariables.contains(variable) {
                    result[key, default: .init()].prefix = text
                }
            default: continue
            }
        }
        return result
    }

    private static func key(_ expression: BoundExpression, _ variable: VariableID) -> String? {
        guard case .property(let subject, let key) = expression.kind,
            case .variable(variable) = subject.kind
        else { return nil }
        return key
    }

    private static func note(
        _ comparison: ComparisonOperator, _ value: BoundExpression, _ index: Int,
        in bounds: inout PropertyBounds
    ) {
        switch comparison {
        case .equal: bounds.equal = bounds.equal ?? (index, value)
        case .notEqual: break
        case .less, .lessOrEqual:
            bounds.upper =
                bounds.upper
                ?? IndexCondition.End(value: value, isInclusive: comparison == .lessOrEqual)
        case .greater, .greaterOrEqual:
            bounds.lower =
                bounds.lower
                ?? IndexCondition.End(value: value, isInclusive: comparison == .greaterOrEqual)
        }
    }

    /// The condition that `id(variable) = value`, and the value.
    func identity(of variable: VariableID, known: Set<VariableID>) -> (Int, BoundExpression)? {
        for (index, condition) in conditions.enumerated()
        where condition.variables.subtracting([variable]).isSubset(of: known) {
            guard case .comparison(let first, let steps) = condition.expression.kind,
                steps.count == 1, steps[0].comparison == .equal
            else { continue }
            for (side, other) in [(first, steps[0].operand), (steps[0].operand, first)] {
                guard case .function("id", let arguments) = side.kind, arguments.count == 1,
                    case .variable(variable) = arguments[0].kind,
                    !other.freeVariables.contains(variable)
                else { continue }
                return (index, other)
            }
        }
        return nil
    }
}

extension ComparisonOperator {
    /// The comparison with its operands exchanged.
    var mirrored: ComparisonOperator {
        switch self {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}
