/// Merges MATCH clauses that follow each other into one pattern, so that the order of their steps is
/// chosen over all of them.
///
/// It is sound because MATCH only filters and extends rows: the rows of `MATCH p MATCH q` are those of
/// the joined pattern, but for the rule that relationships differ, which holds within each clause
/// only; ``MergedMatch/clauseOfRelationship`` keeps which is which. Patterns with path selectors,
/// repeated parts or relationships bound by the clause before stay apart.
struct MergedMatch {
    let match: BoundMatch
    /// For each relationship of the pattern, the clause it comes from.
    let clauseOfRelationship: [Int]

    init(_ match: BoundMatch) {
        self.match = match
        clauseOfRelationship = match.pattern.relationships.map { _ in 0 }
    }

    private init(_ match: BoundMatch, _ clauses: [Int]) {
        self.match = match
        clauseOfRelationship = clauses
    }

    /// The pattern of this and a clause after it; nil where they must stay apart.
    func merged(with next: BoundMatch) -> MergedMatch? {
        let pattern = match.pattern
        guard !match.isOptional, !next.isOptional, Self.isMergeable(pattern),
            Self.isMergeable(next.pattern),
            !next.pattern.relationships.contains(where: { $0.isBound }),
            next.pattern.paths.isEmpty, Self.neverFails(next)
        else { return nil }
        var result = pattern
        var places: [Int] = []
        for node in next.pattern.nodes {
            if let place = result.nodes.firstIndex(where: { $0.variable == node.variable }) {
                result.nodes[place] = Self.joined(result.nodes[place], node)
                places.append(place)
            } else {
                places.append(result.nodes.count)
                result.nodes.append(node)
            }
        }
        for relationship in next.pattern.relationships {
            result.relationships.append(
                PatternRelationship(
                    variable: relationship.variable, isBound: false,
                    from: places[relationship.from], to: places[relationship.to],
                    direction: relationship.direction, types: relationship.types,
                    length: relationship.length, properties: relationship.properties,
                    propertyMap: relationship.propertyMap, span: relationship.span))
        }
        let clause = (clauseOfRelationship.last ?? 0) + 1
        let predicates = [match.predicate, next.predicate].compactMap { $0 }
        return MergedMatch(
            BoundMatch(
                isOptional: false, pattern: result,
                predicate: BoundExpression.conjunction(predicates.flatMap { $0.conjuncts })),
            clauseOfRelationship + next.pattern.relationships.map { _ in clause })
    }

    private static func isMergeable(_ pattern: BoundPattern) -> Bool {
        pattern.selections.isEmpty
            && pattern.relationships.allSatisfy {
                $0.quantified == nil && $0.propertyMap == nil
                    && ($0.length == nil || $0.properties.isEmpty)
            } && pattern.nodes.allSatisfy { $0.propertyMap == nil }
    }

    /// Whether no condition of a clause can raise an error: one that can must not be tested on rows
    /// that the clause before leaves out.
    private static func neverFails(_ match: BoundMatch) -> Bool {
        (match.predicate?.neverFails ?? true)
            && match.pattern.expressions.allSatisfy { $0.neverFails }
    }

    /// One node with the conditions of two mentions of it.
    private static func joined(_ first: PatternNode, _ second: PatternNode) -> PatternNode {
        let labels = [first.labels, second.labels].compactMap { $0 }
        return PatternNode(
            variable: first.variable, isBound: first.isBound,
            labels: labels.count == 2 ? .and(labels) : labels.first,
            properties: first.properties + second.properties, span: first.span)
    }
}

extension BoundExpression {
    /// Whether evaluating it cannot raise an error, whatever the row.
    var neverFails: Bool {
        switch kind {
        case .literal, .parameter, .variable: true
        case .property(let subject, _): subject.type.kinds.isSubset(of: [.node, .relationship])
        case .and, .or, .xor, .not, .comparison, .isNull, .list:
            children.allSatisfy { $0.neverFails }
        case .hasLabels(let subject, _): subject.type.kinds.isSubset(of: [.node, .relationship])
        default: false
        }
    }
}
