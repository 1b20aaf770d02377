import KithValues

/// A value that is known before any row is: a literal or a parameter.
enum KnownValue: Sendable {
    case literal(Value)
    /// By its position among the statement's parameters.
    case parameter(Int)

    /// What an expression is, where it is one of these.
    init?(_ expression: BoundExpression, _ parameters: ParameterPositions) {
        switch expression.kind {
        case .literal(let value): self = .literal(value)
        case .parameter(let name):
            guard let position = parameters[name] else { return nil }
            self = .parameter(position)
        default: return nil
        }
    }

    /// The value, given those of the statement's parameters.
    func value(_ parameters: [Value]) -> Value {
        switch self {
        case .literal(let value): value
        case .parameter(let position): parameters[position]
        }
    }
}

/// Where the values of a statement's parameters are, by name.
struct ParameterPositions: Sendable {
    private let positions: [UTF8Key: Int]

    /// `names`: the parameters, in the order of their values.
    init(_ names: [String]) {
        positions = Dictionary(
            zip(names.map { UTF8Key($0) }, names.indices), uniquingKeysWith: { first, _ in first })
    }

    /// The position of a parameter's value; nil for one that the statement does not have.
    subscript(name: String) -> Int? { positions[UTF8Key(name)] }
}

extension IndexSeekStep {
    /// The key of the one node that the step looks for in a unique index, where it does no more than that.
    func onlyKey(_ parameters: ParameterPositions) -> KnownValue? {
        guard index.isUnique, index.properties.count == 1, index.entity == .node,
            condition.equal.count == 1, condition.anyOf == nil, condition.lower == nil,
            condition.upper == nil, condition.prefix == nil
        else { return nil }
        return KnownValue(condition.equal[0], parameters)
    }
}
