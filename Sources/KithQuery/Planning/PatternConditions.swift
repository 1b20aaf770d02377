import KithLanguage
import KithValues

/// The conditions of one MATCH, taken apart so that each is tested as soon as its variables are
/// there.
struct PatternConditions {
    /// One condition that must be true.
    struct Condition {
        let expression: BoundExpression
        let variables: VariableSet
        /// Which share of the rows it keeps, by the estimate; of those that the conditions before it
        /// keep.
        fileprivate(set) var selectivity = 1.0
    }

    private(set) var conditions: [Condition] = []
    /// The positions of the conditions that read a variable.
    private var positions: [VariableID: [Int]] = [:]

    /// The positions of the conditions that read `variable`.
    func reading(_ variable: VariableID) -> [Int] { positions[variable] ?? [] }

    /// `origins`: what is known of the variables of earlier clauses.
    init(_ match: BoundMatch, statistics: PlanningStatistics, origins: VariableOrigins) {
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
        var origins = origins
        origins.add(match.pattern) { labels(of: $0) }
        estimate(ConditionSelectivity(statistics: statistics, origins: origins))
    }

    /// Estimates what each condition keeps; the second of two bounds of one property keeps what lies
    /// between them.
    private mutating func estimate(_ selectivity: ConditionSelectivity) {
        // The conditions before that bound a property from one side and have no counterpart yet.
        var open: [PropertyRange.Side: [Int]] = [:]
        for index in conditions.indices {
            let expression = conditions[index].expression
            let side = PropertyRange.Side(of: expression)
            if let side, let first = open[side.opposite]?.first,
                let range = PropertyRange(conditions[first].expression, expression)
            {
                open[side.opposite]?.removeFirst()
                let before = max(conditions[first].selectivity, 1e-9)
                conditions[index].selectivity = min(selectivity.share(of: range) / before, 1)
                continue
            }
            conditions[index].selectivity = selectivity.share(of: expression)
            if let side { open[side, default: []].append(index) }
        }
    }

    private mutating func add(_ expression: BoundExpression) {
        let variables = expression.freeVariables
        for variable in variables { positions[variable, default: []].append(conditions.count) }
        conditions.append(Condition(expression: expression, variables: variables))
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

    /// The labels that a node must have, by the pattern and by conditions of WHERE.
    func labels(of variable: VariableID) -> [String] {
        var found: [String] = []
        for index in reading(variable) {
            guard case .hasLabels(let subject, let labels) = conditions[index].expression.kind,
                case .variable(variable) = subject.kind
            else { continue }
            for name in labels.requiredLabels where !found.contains(name: name) {
                found.append(name)
            }
        }
        return found
    }

    /// The positions of conditions that only say that a node has one of `labels`.
    func labelConditions(of variable: VariableID, _ labels: [String]) -> [Int] {
        reading(variable).filter { index in
            guard
                case .hasLabels(let subject, .label(let name)) = conditions[index].expression.kind,
                case .variable(variable) = subject.kind
            else { return false }
            return labels.contains(name: name)
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
    /// The positions of the conditions that say so besides ``equal`` and ``anyOf``.
    var narrowing: [Int] = []
}

extension PatternConditions {
    /// How conditions that read only `known` variables besides `variable` bound its properties.
    func bounds(of variable: VariableID, known: VariableSet) -> [UTF8Key: PropertyBounds] {
        var result: [UTF8Key: PropertyBounds] = [:]
        for index in reading(variable)
        where conditions[index].variables.subtracting([variable]).isSubset(of: known) {
            switch conditions[index].expression.kind {
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
                    result[key, default: .init()].narrowing.append(index)
                }
            default: continue
            }
        }
        return result
    }

    private static func key(_ expression: BoundExpression, _ variable: VariableID) -> UTF8Key? {
        guard case .property(let subject, let key) = expression.kind,
            case .variable(variable) = subject.kind
        else { return nil }
        return UTF8Key(key)
    }

    private static func note(
        _ comparison: ComparisonOperator, _ value: BoundExpression, _ index: Int,
        in bounds: inout PropertyBounds
    ) {
        switch comparison {
        case .equal: bounds.equal = bounds.equal ?? (index, value)
        case .notEqual: break
        case .less, .lessOrEqual:
            if bounds.upper == nil { bounds.narrowing.append(index) }
            bounds.upper =
                bounds.upper
                ?? IndexCondition.End(value: value, isInclusive: comparison == .lessOrEqual)
        case .greater, .greaterOrEqual:
            if bounds.lower == nil { bounds.narrowing.append(index) }
            bounds.lower =
                bounds.lower
                ?? IndexCondition.End(value: value, isInclusive: comparison == .greaterOrEqual)
        }
    }

    /// The condition that `id(variable) = value`, and the value.
    func identity(of variable: VariableID, known: VariableSet) -> (Int, BoundExpression)? {
        for index in reading(variable)
        where conditions[index].variables.subtracting([variable]).isSubset(of: known) {
            guard case .comparison(let first, let steps) = conditions[index].expression.kind,
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
