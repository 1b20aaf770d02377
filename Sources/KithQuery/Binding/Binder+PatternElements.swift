import KithLanguage
import KithValues

/// The nodes and relationships of patterns that are matched.
extension Binder {
    func declareNode(_ node: NodePattern, in draft: PatternDraft) throws(QueryError) -> Int {
        let index: Int
        if let name = node.variable, let variable = scope.variable(name) {
            guard type(of: variable).mayBe(.node) else {
                throw typeConflict(name, expected: .node)
            }
            if let known = draft.index(ofNode: variable) {
                index = known
            } else {
                draft.nodes.append(
                    PatternDraft.Node(variable: use(variable), isBound: true, span: node.span))
                index = draft.nodes.count - 1
            }
        } else {
            let variable = try node.variable.map { (name) throws(QueryError) in
                try introduce(name, .node)
            }
            draft.nodes.append(
                PatternDraft.Node(
                    variable: variable ?? makeUnnamed(.node), isBound: false, span: node.span))
            index = draft.nodes.count - 1
        }
        if let labels = node.labels {
            warnUnknownLabels(labels, of: .node)
            draft.nodes[index].labels.append(labels)
            if case .name(let name) = labels.kind {
                self.labels[draft.nodes[index].variable] = name.text
            }
        }
        if let properties = node.properties {
            try refuseParameter(properties)
            draft.nodes[index].properties.append(properties)
        }
        if let filter = node.filter { draft.nodes[index].filters.append(filter) }
        return index
    }

    /// Refuses `(n $properties)` where a pattern is to be found.
    func refuseParameter(_ properties: Expression) throws(QueryError) {
        guard case .parameter(let name) = properties.kind else { return }
        throw .syntax(
            "InvalidParameterUse",
            "a pattern that is matched cannot take its properties from "
                + "`$\(name.text)`", properties.span,
            hint: "Write out which properties: `{name: $\(name.text).name}`.")
    }

    func declareRelationship(
        _ relationship: RelationshipPattern, from: Int, to: Int, in draft: PatternDraft
    ) throws(QueryError) -> Int {
        if let types = relationship.types { warnUnknownLabels(types, of: .relationship) }
        if let properties = relationship.properties { try refuseParameter(properties) }
        let length = try self.length(of: relationship)
        if relationship.quantifier != nil, relationship.filter != nil {
            return try declareRepeated(relationship, from: from, to: to, in: draft)
        }
        let (variable, isBound) = try relationshipVariable(
            relationship.variable, isList: length != nil, in: draft)
        draft.relationships.append(
            PatternDraft.Relationship(
                variable: variable, isBound: isBound, from: from, to: to,
                direction: direction(of: relationship), types: relationship.types,
                length: length, properties: relationship.properties,
                filter: relationship.filter, group: nil, span: relationship.span))
        return draft.relationships.count - 1
    }

    func direction(of relationship: RelationshipPattern) -> PatternDirection {
        switch relationship.direction {
        case .rightward: .outgoing
        case .leftward: .incoming
        case .either: .either
        }
    }

    private func length(
        of relationship: RelationshipPattern
    ) throws(QueryError) -> LengthRange? {
        if let quantifier = relationship.quantifier {
            return LengthRange(
                minimum: Int(quantifier.lowerBound), maximum: quantifier.upperBound.map { Int($0) }
            )
        }
        guard let length = relationship.length else { return nil }
        return LengthRange(
            minimum: Int(length.lowerBound ?? 1), maximum: length.upperBound.map { Int($0) })
    }

    private func relationshipVariable(
        _ name: Name?, isList: Bool, in draft: PatternDraft
    ) throws(QueryError) -> (VariableID, isBound: Bool) {
        let type: StaticType = isList ? .relationshipList : .relationship
        guard let name else { return (makeUnnamed(type), false) }
        guard let variable = scope.variable(name) else { return (try introduce(name, type), false) }
        guard self.type(of: variable).mayBe(type.kinds) else {
            throw typeConflict(name, expected: type.kinds)
        }
        guard !draft.usesRelationship(variable) else {
            throw .syntax(
                "RelationshipUniquenessViolation",
                "`\(name.text)` stands for two relationships of one pattern, which always differ",
                name.span, hint: "Give one of them another name.")
        }
        return (use(variable), true)
    }

    /// `-[r WHERE …]->{1,3}`: a repeated part of one relationship.
    private func declareRepeated(
        _ relationship: RelationshipPattern, from: Int, to: Int, in draft: PatternDraft
    ) throws(QueryError) -> Int {
        let outer = scope
        if let name = relationship.variable, outer.variable(name) != nil {
            throw alreadyBound(name)
        }
        let inner = PatternDraft(firstVariable: draft.firstVariable)
        for _ in 0..<2 {
            inner.nodes.append(
                PatternDraft.Node(
                    variable: makeUnnamed(.node), isBound: false, span: relationship.span))
        }
        var single = relationship
        single.quantifier = nil
        single.filter = nil
        _ = try declareRelationship(single, from: 0, to: 1, in: inner)
        let innerScope = scope
        scope = outer
        var groups: [QuantifiedPattern.GroupVariable] = []
        if let name = relationship.variable, let variable = innerScope.variable(name) {
            groups.append(
                QuantifiedPattern.GroupVariable(
                    inner: variable, outer: try introduce(name, .relationshipList)))
        }
        draft.relationships.append(
            PatternDraft.Relationship(
                variable: makeUnnamed(.relationshipList), isBound: false, from: from, to: to,
                direction: .outgoing, types: nil, length: try length(of: relationship),
                properties: nil, filter: nil,
                group: PatternDraft.Group(
                    draft: inner, scope: innerScope, first: 0, last: 1,
                    filter: relationship.filter, variables: groups), span: relationship.span))
        return draft.relationships.count - 1
    }

    /// Binds what is said of the names of a pattern, now that all are known.
    ///
    /// `predicates`: takes the conditions that are part of the pattern.
    func finish(
        _ draft: PatternDraft, _ predicates: inout [BoundExpression]
    ) throws(QueryError) -> BoundPattern {
        var pattern = BoundPattern()
        var positions: [Int: Int] = [:]
        for (index, node) in draft.nodes.enumerated() where draft.merged[index] == nil {
            positions[index] = pattern.nodes.count
            pattern.nodes.append(try finish(node, &predicates))
        }
        func position(_ index: Int) -> Int { positions[draft.resolved(index)] ?? 0 }
        for relationship in draft.relationships {
            pattern.relationships.append(
                try finish(
                    relationship, from: position(relationship.from), to: position(relationship.to),
                    firstVariable: draft.firstVariable, &predicates))
        }
        for path in draft.paths {
            let steps = path.steps.map {
                PatternPath.Step(relationship: $0.relationship, node: position($0.node))
            }
            pattern.paths.append(
                PatternPath(
                    variable: path.variable, firstNode: position(path.firstNode), steps: steps))
        }
        for selection in draft.selections { pattern.selections.append(try finish(selection)) }
        for filter in draft.filters {
            predicates.append(try condition(filter, "the condition of WHERE"))
        }
        return pattern
    }

    private func finish(
        _ node: PatternDraft.Node, _ predicates: inout [BoundExpression]
    ) throws(QueryError) -> PatternNode {
        var properties: [BoundMapEntry] = []
        for written in node.properties {
            if case .map(let entries) = written.kind {
                for entry in entries { warnUnknownProperty(entry.key, of: .node) }
                properties += try map(entries)
            }
        }
        for filter in node.filters {
            predicates.append(try condition(filter, "the condition of WHERE"))
        }
        let labels = node.labels.map { labelExpression($0) }
        return PatternNode(
            variable: node.variable, isBound: node.isBound,
            labels: labels.count > 1 ? .and(labels) : labels.first, properties: properties,
            span: node.span)
    }

    private func finish(
        _ relationship: PatternDraft.Relationship, from: Int, to: Int, firstVariable: Int,
        _ predicates: inout [BoundExpression]
    ) throws(QueryError) -> PatternRelationship {
        var properties: [BoundMapEntry] = []
        if let written = relationship.properties, case .map(let entries) = written.kind {
            for entry in entries { warnUnknownProperty(entry.key, of: .relationship) }
            properties = try map(entries)
        }
        if relationship.length != nil, relationship.group == nil {
            let isLate = { (entry: BoundMapEntry) in
                relationship.isBound
                    || (!relationship.isSelected
                        && entry.value.freeVariables.contains { $0.index >= firstVariable })
            }
            predicates += properties.filter(isLate).map { everyHas($0, relationship.variable) }
            properties.removeAll(where: isLate)
        }
        if let filter = relationship.filter {
            predicates.append(try condition(filter, "the condition of WHERE"))
        }
        let quantified = try relationship.group.map { (group) throws(QueryError) in
            try finish(group, firstVariable: firstVariable)
        }
        return PatternRelationship(
            variable: relationship.variable, isBound: relationship.isBound, from: from, to: to,
            direction: relationship.direction,
            types: relationship.types.map { labelExpression($0) },
            length: relationship.length, properties: properties, quantified: quantified,
            span: relationship.span)
    }

    /// Says of a list of relationships that each has a property.
    private func everyHas(_ entry: BoundMapEntry, _ list: VariableID) -> BoundExpression {
        let element = makeUnnamed(.relationship)
        let property = BoundExpression(
            .property(
                BoundExpression(.variable(element), type: .relationship), key: entry.key),
            span: entry.value.span)
        return BoundExpression(
            .quantifier(
                .all, variable: element,
                list: BoundExpression(.variable(list), type: .relationshipList),
                predicate: BoundExpression(
                    .comparison(property, [ComparisonStep(.equal, entry.value)]), type: .boolean)),
            type: .boolean, span: entry.value.span)
    }

    private func finish(
        _ group: PatternDraft.Group, firstVariable: Int
    ) throws(QueryError) -> QuantifiedPattern {
        let outer = scope
        // Within the part its names stand for one repetition, around it for all.
        for (name, variable) in group.scope.ownVariables { scope.add(name, variable) }
        defer { scope = outer }
        var predicates: [BoundExpression] = []
        let pattern = try finish(group.draft, &predicates)
        if let filter = try filter(group.filter) { predicates.append(filter) }
        let own = VariableSet(pattern.newVariables)
        for condition in predicates + pattern.expressions {
            let read = condition.freeVariables.subtracting(own)
            guard let stranger = read.first(where: { $0.index >= firstVariable }) else { continue }
            throw .syntax(
                "UndefinedVariable",
                "`\(variables[stranger.index].name)` cannot be used within a part that repeats",
                condition.span,
                hint: "Only names of earlier clauses can; compare behind the pattern with WHERE.")
        }
        // Merged nodes are gone from the pattern: count those that are left before.
        func position(_ index: Int) -> Int {
            let resolved = group.draft.resolved(index)
            return (0..<resolved).filter { group.draft.merged[$0] == nil }.count
        }
        return QuantifiedPattern(
            pattern: pattern, first: position(group.first), last: position(group.last),
            predicate: conjunction(predicates), groups: group.variables)
    }
}
