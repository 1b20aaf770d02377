import KithValues

/// A value that is known before any row is: a literal or a parameter.
enum KnownValue: Sendable {
    case literal(Value)
    /// By its position among the statement's parameters.
    case parameter(Int)

    /// What an expression is, where it is one of these. `parameters` are the statement's.
    init?(_ expression: BoundExpression, _ parameters: [String]) {
        switch expression.kind {
        case .literal(let value): self = .literal(value)
        case .parameter(let name):
            guard let position = parameters.firstIndex(of: name) else { return nil }
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

extension IndexSeekStep {
    /// The key of the one node that the step looks for in a unique index, where it does no more than that.
    func onlyKey(_ parameters: [String]) -> KnownValue? {
        guard index.isUnique, index.properties.count == 1, index.entity == .node,
            condition.equal.count == 1, condition.anyOf == nil, condition.lower == nil,
            condition.upper == nil, condition.prefix == nil
        else { return nil }
        return KnownValue(condition.equal[0], parameters)
    }
}
