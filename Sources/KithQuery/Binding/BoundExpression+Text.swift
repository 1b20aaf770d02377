import KithValues

extension BoundExpression {
    /// The expression as EXPLAIN shows it: readable, not meant to be parsed.
    func text(_ names: VariableNames) -> String {
        switch kind {
        case .literal(let value): return value.literalText
        case .parameter(let name): return "$\(name)"
        case .variable(let variable): return names.name(variable)
        case .property(let subject, let key): return "\(subject.text(names)).\(key)"
        case .subscripted(let subject, let index):
            return "\(subject.text(names))[\(index.text(names))]"
        case .slice(let subject, let from, let to):
            return "\(subject.text(names))[\(from?.text(names) ?? "")..\(to?.text(names) ?? "")]"
        case .list(let elements): return "[\(Self.joined(elements, ", ", names))]"
        case .map(let entries):
            return
                "{\(entries.map { "\($0.key): \($0.value.text(names))" }.joined(separator: ", "))}"
        case .and(let operands): return Self.joined(operands, " AND ", names)
        case .or(let operands): return "(\(Self.joined(operands, " OR ", names)))"
        case .xor(let left, let right): return "(\(left.text(names)) XOR \(right.text(names)))"
        case .not(let operand): return "NOT \(operand.text(names))"
        case .comparison(let first, let steps):
            return steps.reduce(first.text(names)) {
                "\($0) \($1.comparison.rawValue) \($1.operand.text(names))"
            }
        case .binary(let binary, let left, let right):
            return "\(left.text(names)) \(binary.rawValue) \(right.text(names))"
        case .arithmeticChain(let first, let steps):
            return steps.reduce(first.text(names)) {
                "\($0) \($1.arithmetic.rawValue) \($1.operand.text(names))"
            }
        case .negate(let operand): return "-\(operand.text(names))"
        case .isNull(let operand, let negated):
            return "\(operand.text(names)) IS \(negated ? "NOT " : "")NULL"
        case .hasLabels(let subject, let condition):
            return "\(subject.text(names)):\(condition.text)"
        case .isOfType(let operand, _, let negated):
            return "\(operand.text(names)) IS \(negated ? "NOT " : ""):: …"
        case .function(let name, let arguments):
            return "\(name)(\(Self.joined(arguments, ", ", names)))"
        case .caseExpression: return "CASE … END"
        case .listComprehension(let variable, let list, _, _):
            return "[\(names.name(variable)) IN \(list.text(names)) …]"
        case .quantifier(let quantifier, let variable, let list, _):
            return "\(quantifier.rawValue)(\(names.name(variable)) IN \(list.text(names)) …)"
        case .reduce: return "reduce(…)"
        case .mapProjection(let subject, _): return "\(subject.text(names)) {…}"
        case .exists: return "EXISTS { … }"
        case .count: return "COUNT { … }"
        case .collect: return "COLLECT { … }"
        }
    }

    private static func joined(
        _ expressions: [BoundExpression], _ separator: String, _ names: VariableNames
    ) -> String {
        expressions.map { $0.text(names) }.joined(separator: separator)
    }
}
