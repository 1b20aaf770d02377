import KithValues

/// Makes random valid queries over the labels, types and properties of ``RandomGraph``.
///
/// - `QueryGenerator+Clauses`: clauses and whole queries; `+Updates`: what writes;
/// - `QueryGenerator+Aimed`: shapes at which rewrite rules and indexes aim;
/// - `QueryGenerator+Patterns`: patterns;
/// - `QueryGenerator+Expressions`: expressions by the kind of value they should give.
struct QueryGenerator {
    /// What a variable holds, as far as the generator cares. Any of them may be null.
    enum Kind: CaseIterable {
        case integer, string, boolean, any, list, map, node, relationship, path, relationships
    }

    /// A name that can be used.
    struct Variable {
        let name: String
        let kind: Kind
    }

    var choices: Choices
    var scope: [Variable] = []
    var names = 0
    /// Whether the query makes entities.
    var isWriting = false
    /// How deep subqueries are nested.
    var depth = 0

    /// The parameters that every query may read.
    static let parameters: [String: Value] = [
        "i": .integer(2), "s": .string("a"), "n": .null, "b": .boolean(true),
        "l": .list([.integer(1), .null, .string("a"), .list([.integer(2)])]),
        "m": .map(ValueMap([("p", .integer(1)), ("q", .null), ("s", .string("b"))])),
    ]

    init(_ choices: Choices) { self.choices = choices }

    mutating func freshName(_ prefix: String) -> String {
        names += 1
        return "\(prefix)\(names)"
    }

    /// The names of a kind.
    func variables(_ kind: Kind) -> [String] {
        scope.filter { $0.kind == kind }.map { $0.name }
    }

    /// A name of a kind, where there is one.
    mutating func variable(_ kind: Kind) -> String? {
        let known = variables(kind)
        return known.isEmpty ? nil : choices.pick(known)
    }

    /// Makes text in a scope that is left again.
    mutating func inOwnScope<Result>(_ body: (inout QueryGenerator) -> Result) -> Result {
        let outer = scope
        depth += 1
        defer {
            scope = outer
            depth -= 1
        }
        return body(&self)
    }
}
