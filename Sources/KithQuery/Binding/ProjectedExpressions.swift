import KithLanguage

/// Expressions of the text, each with the variable that holds its value.
///
/// Statements that programs write have thousands of columns, and every part of every expression is
/// looked up; so where there are many, they are found by a digest of what they begin with.
struct ProjectedExpressions {
    /// Up to so many are compared one by one, which is no slower and needs nothing prepared.
    private static let comparedMax = 8

    private var entries: [(expression: Expression, variable: VariableID)] = []
    /// The positions of the expressions of a digest, in order; empty where there are few.
    private var places: [Int: [Int]] = [:]

    init() {}

    init(_ pairs: some Sequence<(Expression, VariableID)>) {
        for (expression, variable) in pairs { add(expression, variable) }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Adds an expression; of equal ones, the first is found.
    mutating func add(_ expression: Expression, _ variable: VariableID) {
        entries.append((expression, variable))
        if entries.count == Self.comparedMax + 1 {
            for index in entries.indices { note(index) }
        } else if entries.count > Self.comparedMax {
            note(entries.count - 1)
        }
    }

    private mutating func note(_ index: Int) {
        places[Self.digest(of: entries[index].expression), default: []].append(index)
    }

    /// The expression equal to this one as it was added, and its variable.
    func entry(of expression: Expression) -> (expression: Expression, variable: VariableID)? {
        if entries.count <= Self.comparedMax {
            return entries.first { $0.expression == expression }
        }
        guard let candidates = places[Self.digest(of: expression)] else { return nil }
        for index in candidates where entries[index].expression == expression {
            return entries[index]
        }
        return nil
    }

    /// Whether an expression mentions the variable of this name.
    func mention(_ name: Name) -> Bool {
        entries.contains { ExpressionSearch.mentions(name, in: $0.expression) }
    }

    /// A number that equal expressions share. It looks a few levels deep only, so that looking up all
    /// parts of a deep expression takes no more than time in proportion to its size.
    private static func digest(of expression: Expression) -> Int {
        var hasher = Hasher()
        combine(expression, levels: 4, into: &hasher)
        return hasher.finalize()
    }

    private static func combine(
        _ expression: Expression, levels: Int, into hasher: inout Hasher
    ) {
        switch expression.kind {
        case .literal(let literal): hasher.combine(literal)
        case .parameter(let name), .variable(let name), .property(_, let name):
            hasher.combine(name)
        case .functionCall(let call):
            hasher.combine(call.name)
            hasher.combine(call.isDistinct)
        case .arithmetic(_, let links): hasher.combine(links.last?.arithmetic)
        default: break
        }
        guard levels > 1 else { return }
        let parts = ExpressionSearch.parts(of: expression)
        hasher.combine(parts.count)
        if let first = parts.first { combine(first, levels: levels - 1, into: &hasher) }
        for part in parts.dropFirst().suffix(2) {
            combine(part, levels: levels - 1, into: &hasher)
        }
    }
}
