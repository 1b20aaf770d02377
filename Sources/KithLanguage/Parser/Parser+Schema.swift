/// Indexes, constraints and SHOW.
extension Parser {
    /// Reads CREATE INDEX or CREATE CONSTRAINT; nil, and nothing is read, at any other CREATE.
    mutating func schemaCreation() throws(Diagnostic) -> Statement.Kind? {
        guard !isSymbol(.equal, at: index + 2) else { return nil }
        switch kind(at: index + 1) {
        case .keyword(.index), .keyword(.range), .keyword(.text):
            return .createIndex(try createIndex())
        case .keyword(.constraint): return .createConstraint(try createConstraint())
        default: return nil
        }
    }

    mutating func createIndex() throws(Diagnostic) -> CreateIndexStatement {
        let first = index
        try expect(.create)
        var kind = CreateIndexStatement.IndexKind.range
        if accept(.text) { kind = .text } else { _ = accept(.range) }
        try expect(.index)
        let (name, ifNotExists) = try schemaName()
        try expect(.for)
        let target = try schemaTarget()
        try expect(.on)
        try expect(.leftParenthesis)
        let properties = try schemaProperties(of: target)
        try expect(.rightParenthesis)
        return CreateIndexStatement(
            kind: kind, name: name, ifNotExists: ifNotExists, target: target,
            properties: properties, span: span(from: first))
    }

    /// Whether `ON :Label(…)` or `ON (n:Label)` comes next, as older forms had it.
    private var isPlaceInsteadOfName: Bool {
        isKeyword(.on, at: index)
            && (isSymbol(.colon, at: index + 1) || isSymbol(.leftParenthesis, at: index + 1))
    }

    /// Reads `[name] [IF NOT EXISTS]`.
    private mutating func schemaName() throws(Diagnostic) -> (Name?, Bool) {
        var name: Name?
        let isAbsent =
            isNext(.for)
            || (isNext(.if) && isKeyword(.not, at: index + 1)
                && isKeyword(.exists, at: index + 2))
        if isPlaceInsteadOfName {
            var mistake = unexpected("FOR")
            mistake.hint =
                isKeyword(.index, at: index - 1)
                ? "An index is made with `CREATE INDEX FOR (n:Label) ON (n.name)`."
                : "A constraint is made with `CREATE CONSTRAINT FOR (n:Label) REQUIRE n.name IS UNIQUE`."
            throw mistake
        }
        if !isAbsent { name = try self.name("a name or FOR") }
        let ifNotExists = accept(.if)
        if ifNotExists {
            try expect(.not)
            try expect(.exists)
        }
        return (name, ifNotExists)
    }

    mutating func createConstraint() throws(Diagnostic) -> CreateConstraintStatement {
        let first = index
        try expect(.create)
        try expect(.constraint)
        let (name, ifNotExists) = try schemaName()
        try expect(.for)
        let target = try schemaTarget()
        try expect(.require)
        let properties: [Name]
        if accept(.leftParenthesis) {
            properties = try schemaProperties(of: target)
            try expect(.rightParenthesis)
        } else {
            properties = [try schemaProperty(of: target)]
        }
        try expect(.is)
        let requirement = try constraintRequirement()
        return CreateConstraintStatement(
            name: name, ifNotExists: ifNotExists, target: target, properties: properties,
            requirement: requirement, span: span(from: first))
    }

    mutating func constraintRequirement() throws(Diagnostic)
        -> CreateConstraintStatement.Requirement
    {
        if accept(.unique) { return .unique }
        if accept(.not) {
            try expect(.null)
            return .exists
        }
        if accept(.doubleColon) || accept(.typed) { return .type(try valueType()) }
        if accept(oneOf: .node, .relationship) {
            if accept(.unique) { return .unique }
        }
        guard accept(.key) else { throw unexpected("UNIQUE, NOT NULL, KEY or `:: TYPE`") }
        return .key
    }

    /// Reads `(n:Label)` or `()-[r:TYPE]-()`.
    mutating func schemaTarget() throws(Diagnostic) -> SchemaTarget {
        try expect(.leftParenthesis)
        if accept(.rightParenthesis) {
            let pointsLeft = accept(.less)
            try expect(.minus)
            try expect(.leftBracket)
            let target = try schemaTargetBody(.relationship)
            try expect(.rightBracket)
            try expect(.minus)
            if !pointsLeft { _ = accept(.greater) }
            try expect(.leftParenthesis)
            try expect(.rightParenthesis)
            return target
        }
        let target = try schemaTargetBody(.node)
        try expect(.rightParenthesis)
        return target
    }

    private mutating func schemaTargetBody(
        _ entity: SchemaTarget.Entity
    ) throws(Diagnostic) -> SchemaTarget {
        let variable = try name("a variable")
        try expect(.colon)
        let name = try name(entity == .node ? "a label" : "a relationship type")
        return SchemaTarget(entity: entity, variable: variable, name: name)
    }

    private mutating func schemaProperties(
        of target: SchemaTarget
    ) throws(Diagnostic) -> [Name] {
        var properties: [Name] = []
        repeat {
            let property = try schemaProperty(of: target)
            guard !properties.contains(property) else {
                var mistake = Diagnostic(
                    detail: "RepeatedProperty",
                    message: "`\(property.text)` is named twice", span: property.span)
                mistake.hint = "Leave it out: each property is named once."
                throw mistake
            }
            properties.append(property)
        } while accept(.comma)
        return properties
    }

    mutating func schemaProperty(of target: SchemaTarget) throws(Diagnostic) -> Name {
        let variable = try name("a property such as `\(target.variable.text).name`")
        guard variable == target.variable else {
            throw Diagnostic(
                detail: "UndefinedVariable",
                message: "variable `\(variable.text)` is not defined", span: variable.span,
                suggestions: [target.variable.text])
        }
        try expect(.dot)
        return try name("the name of a property")
    }

    mutating func dropStatement() throws(Diagnostic) -> Statement.Kind {
        let first = index
        try expect(.drop)
        let isIndex = accept(.index)
        if !isIndex { try expect(.constraint) }
        if isPlaceInsteadOfName {
            var mistake = unexpected("a name")
            mistake.hint =
                "It is dropped by its name, which SHOW INDEXES and SHOW CONSTRAINTS tell."
            throw mistake
        }
        let name = try name("a name")
        let ifExists = accept(.if)
        if ifExists { try expect(.exists) }
        let statement = DropStatement(name: name, ifExists: ifExists, span: span(from: first))
        return isIndex ? .dropIndex(statement) : .dropConstraint(statement)
    }

    mutating func showStatement() throws(Diagnostic) -> ShowStatement {
        let first = index
        try expect(.show)
        let subject = try showSubject()
        let yield = accept(.yield) ? try yieldItems() : nil
        let filter = try whereClause()
        let returning = isNext(.return) ? try returnClause() : nil
        return ShowStatement(
            subject: subject, yield: yield, filter: filter, returning: returning,
            span: span(from: first))
    }

    private static let showSubjects: [(Keyword, ShowStatement.Subject)] = [
        (.index, .indexes), (.indexes, .indexes), (.constraint, .constraints),
        (.constraints, .constraints), (.labels, .labels), (.types, .types),
        (.properties, .properties), (.functions, .functions), (.procedures, .procedures),
        (.transactions, .transactions), (.transaction, .transactions),
    ]

    mutating func showSubject() throws(Diagnostic) -> ShowStatement.Subject {
        for (keyword, subject) in Parser.showSubjects where accept(keyword) { return subject }
        if accept(.relationship) {
            try expect(.types)
            return .types
        }
        if accept(.property) {
            try expect(.keys)
            return .properties
        }
        throw unexpected("what to show, such as INDEXES or LABELS")
    }
}
