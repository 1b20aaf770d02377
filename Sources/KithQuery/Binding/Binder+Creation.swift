import KithLanguage
import KithValues

/// The patterns of CREATE and MERGE.
extension Binder {
    /// A pattern that is made where it is not found.
    private struct Creation {
        /// For MERGE, the names that may be used in its properties: those of before. What CREATE
        /// makes can be used by what follows it in the same clause.
        let before: Scope
        let isMerge: Bool
        var isSingleNode: Bool
        var pattern = BoundPattern()
        /// Where the pattern's nodes are, by variable.
        var places: [VariableID: Int] = [:]
        var clause: String { isMerge ? "MERGE" : "CREATE" }
    }

    func create(_ clause: CreateClause) throws(QueryError) -> BoundPattern {
        isWriting = true
        var creation = Creation(before: scope, isMerge: false, isSingleNode: false)
        for path in clause.paths {
            creation.isSingleNode = path.elements.count == 1
            try add(path, to: &creation)
        }
        return creation.pattern
    }

    func merge(_ clause: MergeClause) throws(QueryError) -> BoundMerge {
        isWriting = true
        var creation = Creation(
            before: scope, isMerge: true, isSingleNode: clause.path.elements.count == 1)
        try add(clause.path, to: &creation)
        let size = creation.pattern.nodes.count + creation.pattern.relationships.count
        guard size <= LanguageLimits.patternSizeMax else {
            throw .syntax(
                "StatementTooLong",
                "a pattern has at most \(LanguageLimits.patternSizeMax) nodes and relationships",
                clause.path.span, hint: "Divide it into several MERGE.")
        }
        var onCreate: [BoundChange] = []
        var onMatch: [BoundChange] = []
        for action in clause.actions {
            let changes = try self.changes(action.items)
            if action.event == .create { onCreate += changes } else { onMatch += changes }
        }
        return BoundMerge(pattern: creation.pattern, onCreate: onCreate, onMatch: onMatch)
    }

    private func add(_ path: PathPattern, to creation: inout Creation) throws(QueryError) {
        guard path.selector == .all else {
            throw .syntax(
                "UnexpectedSyntax", "\(creation.clause) makes one path, not a shortest one",
                path.span)
        }
        var first: Int?
        var last: Int?
        var steps: [PatternPath.Step] = []
        var pending: RelationshipPattern?
        for element in path.elements {
            switch element {
            case .node(let node):
                let index = try add(node, to: &creation)
                if let relationship = pending, let last {
                    let step = try add(relationship, from: last, to: index, &creation)
                    steps.append(PatternPath.Step(relationship: step, node: index))
                }
                if first == nil { first = index }
                last = index
                pending = nil
            case .relationship(let relationship): pending = relationship
            case .group(let group):
                throw .syntax(
                    "UnexpectedSyntax", "\(creation.clause) takes no parentheses around paths",
                    group.span)
            }
        }
        guard let name = path.variable, let first else { return }
        let variable = try introduce(name, .path)
        creation.pattern.paths.append(
            PatternPath(variable: variable, firstNode: first, steps: steps))
    }

    private func add(_ node: NodePattern, to creation: inout Creation) throws(QueryError) -> Int {
        if let filter = node.filter { throw misplacedFilter(filter, creation) }
        let labels = try node.labels.map { (labels) throws(QueryError) in
            try plainLabels(labels, creation)
        }
        if let name = node.variable, let variable = scope.variable(name) {
            guard type(of: variable).mayBe(.node) else {
                throw typeConflict(name, expected: .node)
            }
            guard !creation.isSingleNode, node.labels == nil, node.properties == nil else {
                throw alreadyBound(
                    name, hint: "Use SET to change it, or choose another name.")
            }
            if let index = creation.places[variable] { return index }
            creation.places[variable] = creation.pattern.nodes.count
            creation.pattern.nodes.append(
                PatternNode(
                    variable: use(variable), isBound: true, labels: nil, properties: [],
                    span: node.span))
            return creation.pattern.nodes.count - 1
        }
        let (properties, map) = try self.properties(node.properties, creation)
        let variable = try node.variable.map { (name) throws(QueryError) in
            try introduce(name, .node)
        }
        if let variable { creation.places[variable] = creation.pattern.nodes.count }
        creation.pattern.nodes.append(
            PatternNode(
                variable: variable ?? makeUnnamed(.node), isBound: false, labels: labels,
                properties: properties, propertyMap: map, span: node.span))
        return creation.pattern.nodes.count - 1
    }

    private func add(
        _ relationship: RelationshipPattern, from: Int, to: Int, _ creation: inout Creation
    ) throws(QueryError) -> Int {
        if let filter = relationship.filter { throw misplacedFilter(filter, creation) }
        if let name = relationship.variable, scope.variable(name) != nil {
            throw alreadyBound(name)
        }
        guard relationship.length == nil, relationship.quantifier == nil else {
            throw .syntax(
                "CreatingVarLength", "\(creation.clause) makes one relationship at a time",
                relationship.span, hint: "Leave out the length.")
        }
        guard case .name(let type) = relationship.types?.kind else {
            throw .syntax(
                "NoSingleRelationshipType",
                "a relationship that \(creation.clause) makes has exactly one type",
                relationship.types?.span ?? relationship.span, hint: "Write `-[:TYPE]->`.")
        }
        guard creation.isMerge || relationship.direction != .either else {
            throw .syntax(
                "RequiresDirectedRelationship", "a relationship that CREATE makes has a direction",
                relationship.span, hint: "Write `-[:\(type.text)]->` or `<-[:\(type.text)]-`.")
        }
        let (properties, map) = try self.properties(relationship.properties, creation)
        let variable = try relationship.variable.map { (name) throws(QueryError) in
            try introduce(name, .relationship)
        }
        creation.pattern.relationships.append(
            PatternRelationship(
                variable: variable ?? makeUnnamed(.relationship), isBound: false, from: from,
                to: to, direction: direction(of: relationship), types: .label(type.text),
                properties: properties, propertyMap: map, span: relationship.span))
        return creation.pattern.relationships.count - 1
    }

    private func properties(
        _ expression: Expression?, _ creation: Creation
    ) throws(QueryError) -> ([BoundMapEntry], BoundExpression?) {
        guard let expression else { return ([], nil) }
        let after = scope
        if creation.isMerge { scope = creation.before }
        defer { scope = after }
        if case .map(let entries) = expression.kind { return (try map(entries), nil) }
        if creation.isMerge { try refuseParameter(expression) }
        return ([], try self.expression(expression))
    }

    private func misplacedFilter(_ filter: Expression, _ creation: Creation) -> QueryError {
        .syntax(
            "UnexpectedSyntax", "\(creation.clause) takes no WHERE", filter.span,
            hint: "Use MATCH to look for something.")
    }

    /// The labels of a node that is made: one or several, all of which it gets.
    private func plainLabels(
        _ labels: LabelExpression, _ creation: Creation
    ) throws(QueryError) -> BoundLabelExpression {
        let parts: [LabelExpression]
        if case .conjunction(let several) = labels.kind {
            parts = several
        } else {
            parts = [labels]
        }
        var names: [BoundLabelExpression] = []
        for part in parts {
            guard case .name(let name) = part.kind else {
                throw .syntax(
                    "UnexpectedSyntax", "\(creation.clause) takes plain labels only", part.span,
                    hint: "Write `:A:B` for a node with both labels.")
            }
            names.append(.label(name.text))
        }
        return names.count == 1 ? names[0] : .and(names)
    }
}
