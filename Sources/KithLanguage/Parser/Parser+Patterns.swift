/// Patterns: paths of nodes, relationships and groups.
extension Parser {
    mutating func graphPattern() throws(Diagnostic) -> GraphPattern {
        let first = index
        var paths: [PathPattern] = []
        repeat { paths.append(try pathPattern()) } while accept(.comma)
        let filter = try whereClause()
        return GraphPattern(paths: paths, filter: filter, span: span(from: first))
    }

    mutating func pathPattern() throws(Diagnostic) -> PathPattern {
        let first = index
        var variable: Name?
        if isName(at: index), isSymbol(.equal, at: index + 1) {
            variable = try name("a name for the path")
            advance()
        }
        if isShortestPathFunction {
            var path = try shortestPathPattern()
            path.variable = variable
            path.span = span(from: first)
            return path
        }
        let selector = try pathSelector()
        let elements = try pathElements()
        return PathPattern(
            variable: variable, selector: selector, elements: elements, span: span(from: first))
    }

    /// Whether `shortestPath(` or `allShortestPaths(` comes next.
    var isShortestPathFunction: Bool {
        (isKeyword(.shortestPath, at: index) || isKeyword(.allShortestPaths, at: index))
            && isSymbol(.leftParenthesis, at: index + 1)
    }

    mutating func shortestPathPattern() throws(Diagnostic) -> PathPattern {
        let first = index
        let selector: PathSelector =
            isKeyword(.shortestPath, at: index)
            ? .shortestPathFunction : .allShortestPathsFunction
        advance()
        try expect(.leftParenthesis)
        let elements = try pathElements()
        try expect(.rightParenthesis)
        guard elements.count == 3, case .relationship(let relationship) = elements[1],
            relationship.quantifier == nil
        else {
            throw Diagnostic(
                detail: "UnexpectedSyntax",
                message: "a shortest path is one relationship pattern between two nodes",
                span: span(from: first), hint: "Write `shortestPath((a)-[*]->(b))`.")
        }
        return PathPattern(
            variable: nil, selector: selector, elements: elements, span: span(from: first))
    }

    mutating func pathSelector() throws(Diagnostic) -> PathSelector {
        if accept(.all) {
            let isShortest = accept(.shortest)
            _ = accept(oneOf: .path, .paths)
            return isShortest ? .allShortest : .all
        }
        if accept(.any) {
            if accept(.shortest) {
                _ = accept(oneOf: .path, .paths)
                return .shortest(count: .number(1))
            }
            let count = try pathCount() ?? .number(1)
            _ = accept(oneOf: .path, .paths)
            return .any(count: count)
        }
        guard accept(.shortest) else { return .all }
        let count = try pathCount()
        _ = accept(oneOf: .path, .paths)
        if accept(oneOf: .group, .groups) { return .shortestGroups(count: count ?? .number(1)) }
        guard let count else { throw unexpected("a number of paths or GROUPS") }
        return .shortest(count: count)
    }

    mutating func pathCount() throws(Diagnostic) -> PathCount? {
        switch token.kind {
        case .integer:
            let span = token.span
            let number = try integerLiteral(isNegative: false)
            guard number > 0 else {
                throw Diagnostic(
                    detail: "NegativeIntegerArgument",
                    message: "the number of paths is at least 1", span: span)
            }
            return .number(number)
        case .parameter: return .parameter(parameterName())
        default: return nil
        }
    }

    mutating func pathElements() throws(Diagnostic) -> [PathElement] {
        if needsDeepStack {
            return try onDeepStack { (parser) throws(Diagnostic) in try parser.pathElements() }
        }
        var elements: [PathElement] = []
        while true {
            guard isNext(.leftParenthesis) else {
                var mistake = unexpected("a node such as `(n)`")
                if mistake.hint == nil, token.kind == .word {
                    mistake.hint = "A node stands in parentheses: `(\(text(of: token.span)))`."
                }
                throw mistake
            }
            let element: PathElement =
                startsGroup(at: index) ? .group(try pathGroup()) : .node(try nodePattern())
            if let last = elements.last {
                try check(last, meets: element)
            }
            elements.append(element)
            if startsRelationship(at: index) {
                let relationship = PathElement.relationship(try relationshipPattern())
                try check(element, meets: relationship)
                elements.append(relationship)
            } else if !startsNeighbour(of: element) {
                return elements
            }
        }
    }

    /// Whether a node or group follows `element` without a relationship between them.
    private func startsNeighbour(of element: PathElement) -> Bool {
        guard isSymbol(.leftParenthesis, at: index) else { return false }
        if case .group = element { return true }
        return startsGroup(at: index)
    }

    /// Refuses a relationship that touches a group.
    private func check(_ left: PathElement, meets right: PathElement) throws(Diagnostic) {
        switch (left, right) {
        case (.group, .relationship), (.relationship, .group):
            throw Diagnostic(
                detail: "InvalidRelationshipPattern",
                message: "a relationship begins and ends at a node", span: right.span,
                hint: "Put a node such as `()` between the two.")
        default: return
        }
    }

    mutating func pathGroup() throws(Diagnostic) -> PathGroup {
        let first = index
        try expect(.leftParenthesis)
        try enter()
        var variable: Name?
        if isName(at: index) {
            variable = try name("a name for the path")
            try expect(.equal)
        }
        let outerFlag = barEndsExpression
        barEndsExpression = false
        let elements = try pathElements()
        let filter = try whereClause()
        barEndsExpression = outerFlag
        leave()
        try expect(.rightParenthesis)
        let quantifier = try pathQuantifier()
        return PathGroup(
            variable: variable, elements: elements, filter: filter, quantifier: quantifier,
            span: span(from: first))
    }
}
