/// The clauses that write.
extension Parser {
    mutating func createClause() throws(Diagnostic) -> CreateClause {
        let first = index
        try expect(.create)
        var paths: [PathPattern] = []
        repeat { paths.append(try pathPattern()) } while accept(.comma)
        return CreateClause(paths: paths, span: span(from: first))
    }

    mutating func mergeClause() throws(Diagnostic) -> MergeClause {
        let first = index
        try expect(.merge)
        let path = try pathPattern()
        var actions: [MergeAction] = []
        while isNext(.on) { actions.append(try mergeAction()) }
        return MergeClause(path: path, actions: actions, span: span(from: first))
    }

    mutating func mergeAction() throws(Diagnostic) -> MergeAction {
        let first = index
        try expect(.on)
        var event = MergeAction.Event.match
        if accept(.create) { event = .create } else { try expect(.match) }
        try expect(.set)
        var items: [SetItem] = []
        repeat { items.append(try setItem()) } while accept(.comma)
        return MergeAction(event: event, items: items, span: span(from: first))
    }

    mutating func setClause() throws(Diagnostic) -> SetClause {
        let first = index
        try expect(.set)
        var items: [SetItem] = []
        repeat { items.append(try setItem()) } while accept(.comma)
        return SetClause(items: items, span: span(from: first))
    }

    mutating func setItem() throws(Diagnostic) -> SetItem {
        let first = index
        if isName(at: index) {
            switch kind(at: index + 1) {
            case .symbol(.equal):
                let entity = try name("a variable")
                advance()
                let value = try expression()
                return SetItem(
                    kind: .replaceAll(entity: entity, value: value), span: span(from: first))
            case .symbol(.plusEqual):
                let entity = try name("a variable")
                advance()
                let value = try expression()
                return SetItem(
                    kind: .addAll(entity: entity, value: value), span: span(from: first))
            case .symbol(.colon), .keyword(.is):
                let entity = try name("a variable")
                let labels = try labelNames()
                return SetItem(kind: .labels(entity: entity, labels), span: span(from: first))
            default: break
            }
        }
        let target = try propertyTarget()
        try expect(.equal)
        let value = try expression()
        let kind: SetItem.Kind =
            switch target {
            case .property(let entity, let key): .property(entity: entity, key: key, value: value)
            case .element(let entity, let key): .element(entity: entity, key: key, value: value)
            }
        return SetItem(kind: kind, span: span(from: first))
    }

    /// What SET and REMOVE change: a property by its name or by its name's value.
    enum PropertyTarget {
        case property(Expression, Name)
        case element(Expression, Expression)
    }

    mutating func propertyTarget() throws(Diagnostic) -> PropertyTarget {
        // The items of one clause stand side by side, not within each other.
        let outerHeight = height
        height = 0
        let target = try postfix()
        height = max(height, outerHeight)
        switch target.kind {
        case .property(let entity, let key): return .property(entity, key)
        case .element(let entity, let key): return .element(entity, key)
        default:
            throw Diagnostic(
                detail: "UnexpectedSyntax", message: "this is not a property", span: target.span,
                hint: "A property is written `variable.name`.")
        }
    }

    /// Reads `:A:B`, the labels that SET and REMOVE change.
    mutating func labelNames() throws(Diagnostic) -> [Name] {
        var labels: [Name] = []
        if accept(.is) { labels.append(try name("a label")) } else { try expect(.colon) }
        if labels.isEmpty { labels.append(try name("a label")) }
        while accept(.colon) { labels.append(try name("a label")) }
        return labels
    }

    mutating func removeClause() throws(Diagnostic) -> RemoveClause {
        let first = index
        try expect(.remove)
        var items: [RemoveItem] = []
        repeat { items.append(try removeItem()) } while accept(.comma)
        return RemoveClause(items: items, span: span(from: first))
    }

    mutating func removeItem() throws(Diagnostic) -> RemoveItem {
        let first = index
        let kind: RemoveItem.Kind
        if isName(at: index),
            isSymbol(.colon, at: index + 1) || isKeyword(.is, at: index + 1)
        {
            let entity = try name("a variable")
            kind = .labels(entity: entity, try labelNames())
        } else {
            switch try propertyTarget() {
            case .property(let entity, let key): kind = .property(entity: entity, key: key)
            case .element(let entity, let key): kind = .element(entity: entity, key: key)
            }
        }
        return RemoveItem(kind: kind, span: span(from: first))
    }

    mutating func deleteClause() throws(Diagnostic) -> DeleteClause {
        let first = index
        let isDetaching = accept(.detach)
        try expect(.delete)
        var entities: [Expression] = []
        repeat { entities.append(try expression()) } while accept(.comma)
        return DeleteClause(isDetaching: isDetaching, entities: entities, span: span(from: first))
    }

    mutating func forEachClause() throws(Diagnostic) -> ForEachClause {
        if needsDeepStack {
            return try onDeepStack { (parser) throws(Diagnostic) in try parser.forEachClause() }
        }
        let first = index
        try expect(.forEach)
        try expect(.leftParenthesis)
        try enter()
        let variable = try name("a name for the elements")
        try expect(.in)
        let list = try expressionBeforeBar()
        try expect(.bar)
        let outerFlag = barEndsExpression
        barEndsExpression = false
        var clauses: [Clause] = []
        while let next = try clause() {
            clauses.append(next)
            try countStep()
        }
        guard !clauses.isEmpty else { throw unexpected("a clause such as SET or CREATE") }
        barEndsExpression = outerFlag
        leave()
        try expect(.rightParenthesis)
        return ForEachClause(
            variable: variable, list: list, clauses: clauses, span: span(from: first))
    }
}
