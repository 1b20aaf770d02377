import KithGraph
import KithLanguage

/// What a statement itself creates, which is no misspelling.
struct MadeNames {
    private(set) var labels: Set<Name> = []
    private(set) var properties: Set<Name> = []
    private(set) var hasPropertyMap = false

    mutating func collect(_ query: Query) {
        for branch in query.branches { collect(branch.clauses) }
    }

    private mutating func collect(_ clauses: [Clause]) {
        for clause in clauses {
            switch clause {
            case .create(let clause): for path in clause.paths { collect(path) }
            case .merge(let clause):
                collect(clause.path)
                for action in clause.actions { collect(action.items) }
            case .set(let clause): collect(clause.items)
            case .forEach(let clause): collect(clause.clauses)
            case .subquery(let clause): collect(clause.query)
            default: break
            }
        }
    }

    private mutating func collect(_ path: PathPattern) {
        for element in path.elements {
            switch element {
            case .node(let node): collect(node.labels, node.properties)
            case .relationship(let relationship):
                collect(relationship.types, relationship.properties)
            case .group: break
            }
        }
    }

    private mutating func collect(_ expression: LabelExpression?, _ map: Expression?) {
        if let expression {
            for name in BindingWarnings.names(in: expression) { labels.insert(name) }
        }
        guard let map else { return }
        if case .map(let entries) = map.kind {
            for entry in entries { properties.insert(entry.key) }
        } else {
            hasPropertyMap = true
        }
    }

    private mutating func collect(_ items: [SetItem]) {
        for item in items {
            switch item.kind {
            case .property(_, let key, _): properties.insert(key)
            case .element: hasPropertyMap = true
            case .replaceAll(_, let value), .addAll(_, let value): collect(nil, value)
            case .labels(_, let names): labels.formUnion(names)
            }
        }
    }
}

enum BindingWarnings {
    /// All labels that an expression names.
    static func names(in expression: LabelExpression) -> [Name] {
        switch expression.kind {
        case .name(let name): [name]
        case .wildcard: []
        case .negation(let operand): names(in: operand)
        case .conjunction(let parts), .disjunction(let parts): parts.flatMap { names(in: $0) }
        }
    }
}

extension Binder {
    /// The most warnings that one statement gets.
    static let warningCountMax = 20

    func warn(
        _ code: String, _ message: String, _ span: SourceSpan, _ suggestions: [String] = []
    ) {
        guard warnings.count < Self.warningCountMax,
            !warnings.contains(where: { $0.code == code && $0.span == span })
        else { return }
        warnings.append(
            QueryWarning(code: code, message: message, span: span, suggestions: suggestions))
    }

    /// Warns of labels or types that neither the graph has nor the statement makes.
    func warnUnknownLabels(_ expression: LabelExpression, of type: StaticType) {
        guard let catalog = environment.catalog else { return }
        for name in BindingWarnings.names(in: expression) where !madeNames.labels.contains(name) {
            let isLabel = type.mayBe(.node) && catalog.label(name.text) != nil
            let isType =
                type.mayBe(.relationship) && catalog.relationshipType(name.text) != nil
            if isLabel || isType { continue }
            if type.isAlways(.relationship) {
                warn(
                    "UnknownRelationshipType",
                    "no relationship has the type `\(name.text)`", name.span,
                    Suggestions.nearest(to: name.text, among: catalog.relationshipTypeNames))
            } else {
                warn(
                    "UnknownLabel", "no node has the label `\(name.text)`", name.span,
                    Suggestions.nearest(
                        to: name.text,
                        among: catalog.labelNames
                            + (type.isAlways(.node) ? [] : ["NULL", "NOT NULL"])))
            }
        }
    }

    /// Warns of a property that neither anything in the graph has nor the statement makes.
    func warnUnknownProperty(_ key: Name, of type: StaticType) {
        guard let catalog = environment.catalog, !madeNames.hasPropertyMap,
            !madeNames.properties.contains(key), type.isAlways([.node, .relationship]),
            !type.kinds.isEmpty, catalog.propertyKey(key.text) == nil
        else { return }
        warn(
            "UnknownProperty", "nothing has the property `\(key.text)`", key.span,
            Suggestions.nearest(to: key.text, among: catalog.propertyKeyNames))
    }

    /// Warns of a comparison of kinds of value that are never equal, less or greater.
    func warnIncomparable(
        _ left: BoundExpression, _ link: ComparisonLink, _ right: BoundExpression
    ) {
        // Where both may be anything there is nothing to look up.
        guard left.type.kinds != .all || right.type.kinds != .all else { return }
        let (leftKinds, rightKinds) = (comparableKinds(left), comparableKinds(right))
        guard !leftKinds.isEmpty, !rightKinds.isEmpty, leftKinds.isDisjoint(with: rightKinds) else {
            return
        }
        var suggestions: [String] = []
        var span = link.operatorSpan
        for (operand, other) in [(left, rightKinds), (right, leftKinds)] {
            // A number in quotes is the commonest mistake of this kind.
            guard case .literal(.string(let text)) = operand.kind, let literal = operand.span,
                !other.isDisjoint(with: .number), Double(text) != nil
            else { continue }
            span = literal
            suggestions = [text]
        }
        warn(
            "IncomparableTypes",
            "\(leftKinds.words) and \(rightKinds.words) are never comparable", span, suggestions)
    }

    /// The kinds of value that an expression seems to have, all numbers counting as one kind; none
    /// where nothing is known.
    private func comparableKinds(_ expression: BoundExpression) -> StaticType.Kinds {
        var kinds = expression.type.kinds
        if case .property(let subject, let key) = expression.kind,
            case .variable(let variable) = subject.kind, let label = labels[variable]
        {
            kinds = environment.kinds(label, key)
        }
        return kinds.isDisjoint(with: .number) ? kinds : kinds.union(.number)
    }
}
