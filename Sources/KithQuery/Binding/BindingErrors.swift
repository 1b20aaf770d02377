import KithLanguage
import KithValues

extension QueryError {
    /// An error of the parser as an error of the statement.
    public init(_ diagnostic: Diagnostic) {
        self.init(
            type: diagnostic.type, detail: diagnostic.detail, phase: .compile,
            message: diagnostic.message, span: diagnostic.span, hint: diagnostic.hint,
            suggestions: diagnostic.suggestions)
    }

    /// A SyntaxError found by the binder.
    static func syntax(
        _ detail: String, _ message: String, _ span: SourceSpan?, hint: String? = nil,
        suggestions: [String] = []
    ) -> QueryError {
        QueryError(
            type: "SyntaxError", detail: detail, phase: .compile, message: message, span: span,
            hint: hint, suggestions: suggestions)
    }

    /// An operand or argument whose type cannot be right.
    static func wrongType(
        _ what: String, expected: StaticType.Kinds, found: StaticType, _ span: SourceSpan?,
        type: String = "SyntaxError"
    ) -> QueryError {
        QueryError(
            type: type, detail: "InvalidArgumentType", phase: .compile,
            message: "\(what) must be \(expected.words), not \(found.kinds.words)", span: span)
    }
}

extension StaticType.Kinds {
    private static let names: [(StaticType.Kinds, String)] = [
        (.boolean, "a truth value"), (.integer, "a whole number"),
        (.float, "a number with a point"), (.string, "a string"), (.list, "a list"),
        (.map, "a map"), (.node, "a node"), (.relationship, "a relationship"), (.path, "a path"),
        (.date, "a date"), (.localTime, "a local time"), (.time, "a time"),
        (.localDateTime, "a local date and time"), (.dateTime, "a date and time"),
        (.duration, "a duration"), (.money, "an amount of money"),
    ]

    /// The kinds as a person would name them, for example `a list or a string`.
    var words: String {
        if self == .all { return "a value" }
        var left = self
        var parts: [String] = []
        if isSuperset(of: .number) {
            parts.append("a number")
            left.subtract(.number)
        }
        if isSuperset(of: .instant) {
            parts.append("a date or time")
            left.subtract(.instant)
        }
        for (kind, name) in Self.names where left.contains(kind) { parts.append(name) }
        guard let last = parts.popLast() else { return "null" }
        return parts.isEmpty ? last : parts.joined(separator: ", ") + " or " + last
    }
}

extension Binder {
    func undefined(_ name: Name) -> QueryError {
        if let outer = callScopes.last, outer.variable(name) != nil {
            return .syntax(
                "UndefinedVariable", "variable `\(name.text)` is not imported", name.span,
                hint: "Import it: `CALL (\(name.text)) { … }`.")
        }
        if let before = closedScope, before.variable(name) != nil {
            return .syntax(
                "UndefinedVariable", "variable `\(name.text)` cannot be used here any more",
                name.span,
                hint: "Behind DISTINCT or an aggregate only the columns can; make it one of them.")
        }
        return .syntax(
            "UndefinedVariable", "variable `\(name.text)` is not defined", name.span,
            suggestions: Suggestions.nearest(to: name.text, among: scope.allNames))
    }

    func alreadyBound(_ name: Name, hint: String? = nil) -> QueryError {
        .syntax(
            "VariableAlreadyBound", "variable `\(name.text)` exists already", name.span,
            hint: hint ?? "Choose another name.")
    }

    func typeConflict(_ name: Name, expected: StaticType.Kinds) -> QueryError {
        var found = StaticType.Kinds.all
        if let variable = scope.variable(name) { found = type(of: variable).kinds }
        return .syntax(
            "VariableTypeConflict",
            "variable `\(name.text)` is \(found.words), but \(expected.words) is needed here",
            name.span)
    }

    func composition(_ message: String, _ span: SourceSpan, hint: String? = nil) -> QueryError {
        .syntax("InvalidClauseComposition", message, span, hint: hint)
    }

    /// Refuses an expression whose type has nothing in common with `expected`.
    func require(
        _ expression: BoundExpression, _ expected: StaticType.Kinds, _ what: String,
        type: String = "SyntaxError"
    ) throws(QueryError) {
        guard !expression.type.mayBe(expected) else { return }
        throw .wrongType(
            what, expected: expected, found: expression.type, expression.span, type: type)
    }
}
