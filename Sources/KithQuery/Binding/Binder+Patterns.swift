import KithLanguage
import KithValues

/// The patterns of MATCH and of what matches in expressions.
extension Binder {
    /// Binds a pattern to be found; its new names join the ``scope``.
    func match(
        _ paths: [PathPattern], _ filter: Expression?, isOptional: Bool
    ) throws(QueryError) -> BoundMatch {
        let draft = PatternDraft(firstVariable: variables.count)
        for path in paths { try declare(path, in: draft) }
        try settleSelections(of: draft)
        var predicates: [BoundExpression] = []
        var pattern = try finish(draft, &predicates)
        if let filter = try self.filter(filter) {
            predicates += moveConditions(filter.conjuncts, into: &pattern)
        }
        return BoundMatch(
            isOptional: isOptional, pattern: pattern, predicate: conjunction(predicates))
    }

    func conjunction(_ predicates: [BoundExpression]) -> BoundExpression? {
        guard predicates.count > 1 else { return predicates.first }
        return BoundExpression(.and(predicates), type: .boolean)
    }

    /// Makes the variables of a path.
    private func declare(_ path: PathPattern, in draft: PatternDraft) throws(QueryError) {
        guard path.selector != .all else {
            let chain = try self.chain(path.elements, in: draft)
            if let name = path.variable { _ = try declarePath(name, chain, in: draft) }
            return
        }
        var elements = path.elements
        var filters: [Expression] = []
        var innerName: Name?
        if elements.count == 1, case .group(let group) = elements[0], group.quantifier == nil {
            // What stands in the parentheses behind a selector decides before it selects.
            elements = group.elements
            filters += [group.filter].compactMap { $0 }
            innerName = group.variable
        }
        let filtersBefore = draft.filters.count
        let chain = try self.chain(elements, in: draft)
        filters += draft.filters[filtersBefore...]
        draft.filters.removeLast(draft.filters.count - filtersBefore)
        var paths: [VariableID] = []
        for name in [path.variable, innerName].compactMap({ $0 }) {
            paths.append(try declarePath(name, chain, in: draft))
        }
        guard !chain.steps.isEmpty else {
            draft.filters += filters
            return
        }
        draft.selections.append(
            PatternDraft.Selection(
                selector: path.selector, chain: chain, paths: paths, filters: filters,
                span: path.span))
    }

    private func declarePath(
        _ name: Name, _ chain: PatternDraft.Chain, in draft: PatternDraft
    ) throws(QueryError) -> VariableID {
        let variable = try introduce(name, .path)
        draft.paths.append(
            PatternPath(variable: variable, firstNode: chain.first, steps: chain.steps))
        return variable
    }

    /// Makes the variables of nodes, relationships and groups in a row.
    private func chain(
        _ elements: [PathElement], in draft: PatternDraft
    ) throws(QueryError) -> PatternDraft.Chain {
        var builder = ChainBuilder()
        for element in elements {
            switch element {
            case .node(let node):
                let index = try declareNode(node, in: draft)
                try arrive(at: index, &builder, in: draft)
            case .relationship(let relationship): builder.pendingRelationship = relationship
            case .group(let group): try declareGroup(group, &builder, in: draft)
            }
        }
        if builder.pendingGroup != nil {
            try arrive(at: anonymousNode(builder.endSpan, in: draft), &builder, in: draft)
        }
        guard let chain = builder.chain else {
            preconditionFailure("the parser lets no path without a node through")
        }
        return chain
    }

    /// The part of a path that was read so far.
    private struct ChainBuilder {
        var chain: PatternDraft.Chain?
        var pendingRelationship: RelationshipPattern?
        var pendingGroup: PathGroup?
        var endSpan: SourceSpan { pendingGroup?.span ?? SourceSpan(start: 0, end: 0) }
    }

    /// Continues a path to a node, over what is pending.
    private func arrive(
        at node: Int, _ builder: inout ChainBuilder, in draft: PatternDraft
    ) throws(QueryError) {
        try draft.checkSize()
        guard var chain = builder.chain else {
            builder.chain = PatternDraft.Chain(first: node, last: node, steps: [])
            return
        }
        // Without this the steps would be copied for each that is added.
        builder.chain = nil
        if let relationship = builder.pendingRelationship {
            let index = try declareRelationship(
                relationship, from: chain.last, to: node, in: draft)
            chain.steps.append(PatternPath.Step(relationship: index, node: node))
            chain.last = node
        } else if let group = builder.pendingGroup {
            let index = try declareRepetition(group, from: chain.last, to: node, in: draft)
            chain.steps.append(PatternPath.Step(relationship: index, node: node))
            chain.last = node
        } else {
            join(&chain, node, in: draft)
        }
        builder.pendingRelationship = nil
        builder.pendingGroup = nil
        builder.chain = chain
    }

    private func anonymousNode(_ span: SourceSpan, in draft: PatternDraft) -> Int {
        draft.nodes.append(
            PatternDraft.Node(variable: makeUnnamed(.node), isBound: false, span: span))
        return draft.nodes.count - 1
    }

    /// Makes two neighbouring nodes one.
    private func join(_ chain: inout PatternDraft.Chain, _ node: Int, in draft: PatternDraft) {
        let left = draft.resolved(chain.last)
        let right = draft.resolved(node)
        guard left != right else { return }
        let isLeftNamed = variables[draft.nodes[left].variable.index].isNamed
        let isRightNamed = variables[draft.nodes[right].variable.index].isNamed
        guard isLeftNamed, isRightNamed else {
            let (kept, dropped) = isRightNamed ? (right, left) : (left, right)
            draft.nodes[kept].labels += draft.nodes[dropped].labels
            draft.nodes[kept].properties += draft.nodes[dropped].properties
            draft.nodes[kept].filters += draft.nodes[dropped].filters
            draft.merged[dropped] = kept
            return
        }
        // Both keep their names: no relationship at all leads from one to the other.
        draft.relationships.append(
            PatternDraft.Relationship(
                variable: makeUnnamed(.relationshipList), isBound: false, from: left, to: right,
                direction: .either, types: nil, length: LengthRange(minimum: 0, maximum: 0),
                properties: nil, filter: nil, group: nil, span: draft.nodes[right].span))
        chain.steps.append(
            PatternPath.Step(relationship: draft.relationships.count - 1, node: right))
        chain.last = right
    }

    private func declareGroup(
        _ group: PathGroup, _ builder: inout ChainBuilder, in draft: PatternDraft
    ) throws(QueryError) {
        guard group.quantifier == nil else {
            if builder.chain == nil || builder.pendingGroup != nil {
                try arrive(at: anonymousNode(group.span, in: draft), &builder, in: draft)
            }
            builder.pendingGroup = group
            return
        }
        let inner = try chain(group.elements, in: draft)
        if let name = group.variable { _ = try declarePath(name, inner, in: draft) }
        if let filter = group.filter { draft.filters.append(filter) }
        try arrive(at: inner.first, &builder, in: draft)
        builder.chain?.steps += inner.steps
        builder.chain?.last = inner.last
    }

    /// Makes the variables of a repeated part and of the lists they become.
    private func declareRepetition(
        _ group: PathGroup, from: Int, to: Int, in draft: PatternDraft
    ) throws(QueryError) -> Int {
        if let name = group.variable {
            throw .syntax(
                "UnexpectedSyntax", "a repeated part of a path cannot be named", name.span,
                hint: "Name the whole path instead.")
        }
        let outer = scope
        let inner = PatternDraft(firstVariable: draft.firstVariable)
        let names = group.elements.flatMap { PatternNames.all(in: $0) }
        for name in names where outer.variable(name) != nil { throw alreadyBound(name) }
        let chain = try self.chain(group.elements, in: inner)
        guard inner.relationships.contains(where: { ($0.length?.minimum ?? 1) > 0 }) else {
            throw .syntax(
                "InvalidRelationshipPattern",
                "a repeated part of a path needs a relationship", group.span,
                hint: "A part that may be of length 0 would repeat without end.")
        }
        let innerScope = scope
        scope = outer
        var groups: [QuantifiedPattern.GroupVariable] = []
        var seen: Set<Name> = []
        for name in names where seen.insert(name).inserted {
            guard let variable = innerScope.variable(name) else { continue }
            let type = StaticType(.list, elements: self.type(of: variable).kinds)
            groups.append(
                QuantifiedPattern.GroupVariable(
                    inner: variable, outer: try introduce(name, type)))
        }
        let repeated = PatternDraft.Group(
            draft: inner, scope: innerScope, first: chain.first, last: chain.last,
            filter: group.filter, variables: groups)
        let length = group.quantifier.map {
            LengthRange(
                minimum: Int($0.lowerBound), maximum: $0.upperBound.map { Int($0) })
        }
        draft.relationships.append(
            PatternDraft.Relationship(
                variable: makeUnnamed(.relationshipList), isBound: false, from: from, to: to,
                direction: .outgoing, types: nil, length: length, properties: nil, filter: nil,
                group: repeated, span: group.span))
        return draft.relationships.count - 1
    }
}
