/// What a pattern's conditions and the graph's counts imply, worked out once before any order of steps
/// is weighed.
struct PatternFacts {
    let pattern: BoundPattern
    let conditions: PatternConditions
    /// The variable that carries how many rows a row stands for; nil where rows must stay rows.
    let weight: VariableID?
    /// For each node, whether it is read after the pattern or is part of a path.
    let readsNode: [Bool]
    /// For each relationship, whether it is read after the pattern or is part of a path.
    let readsRelationship: [Bool]
    /// For each relationship the others that it could be the same as, and must not be.
    private(set) var conflicts: [BitSet] = []
    /// The label conditions that need no test.
    private(set) var implied: Set<Int> = []
    /// What the graph's counts must be for this to hold.
    private(set) var assumptions: Set<PlanAssumption> = []
    /// For each condition the nodes and relationships of the pattern that it reads.
    let nodesRead: [BitSet]
    let relationshipsRead: [BitSet]
    /// For each node, and each relationship, the conditions that read it.
    let conditionsOfNode: [[Int]]
    let conditionsOfRelationship: [[Int]]
    /// The pairs of nodes that a condition says are not the same.
    let inequalities: [Inequality]
    /// The conditions that two nodes are connected, or are not, by the condition's place.
    private(set) var connections: [Int: Connection] = [:]
    /// For each node the relationships that end at it.
    let incident: [BitSet]
    let rules: Set<RewriteRule>
    let nodeLabels: [[String]]
    /// For each node the number of its properties that the statement reads.
    let propertiesRead: [Int]

    /// `left <> right`, of two variables that are nodes.
    struct Inequality {
        let left: VariableID
        let right: VariableID
        let condition: Int
    }

    /// A condition on whether a relationship leads between two nodes.
    struct Connection {
        let test: AdjacencyTest
        let isNegated: Bool

        /// The test seen from the other node than `variable`, and that node; nil where `variable` is
        /// neither.
        func seenFrom(otherThan variable: VariableID) -> (VariableID, PatternDirection)? {
            if test.far == variable { return (test.near, test.direction) }
            guard let far = test.far, test.near == variable else { return nil }
            return (far, test.direction.reversed)
        }
    }

    init(
        _ merged: MergedMatch, conditions: PatternConditions, alive: VariableSet,
        weight: VariableID?, planner: QueryPlanner
    ) {
        pattern = merged.match.pattern
        self.conditions = conditions
        self.weight = weight
        rules = planner.rules
        let pattern = pattern
        var reads = alive
        for path in pattern.paths {
            reads.insert(pattern.nodes[path.firstNode].variable)
            for step in path.steps {
                reads.insert(pattern.nodes[step.node].variable)
                reads.insert(pattern.relationships[step.relationship].variable)
            }
        }
        readsNode = pattern.nodes.map { reads.contains($0.variable) }
        readsRelationship = pattern.relationships.map { reads.contains($0.variable) }
        conditionsOfNode = pattern.nodes.map { conditions.reading($0.variable) }
        conditionsOfRelationship = pattern.relationships.map { conditions.reading($0.variable) }
        nodesRead = Self.inverted(conditionsOfNode, count: conditions.conditions.count)
        relationshipsRead = Self.inverted(
            conditionsOfRelationship, count: conditions.conditions.count)
        inequalities = conditions.conditions.enumerated().compactMap { index, condition in
            Self.inequality(condition.expression, index)
        }
        var incident = pattern.nodes.map { _ in BitSet() }
        for (index, relationship) in pattern.relationships.enumerated() {
            incident[relationship.from].insert(index)
            incident[relationship.to].insert(index)
        }
        self.incident = incident
        nodeLabels = pattern.nodes.map { conditions.labels(of: $0.variable) }
        propertiesRead = pattern.nodes.map { planner.propertyReads.count($0.variable) }
        if planner.canAssume, rules.contains(.impliedLabels) { findImplied(planner.statistics) }
        findConflicts(merged.clauseOfRelationship, planner)
        for (index, condition) in conditions.conditions.enumerated() {
            connections[index] = Self.connection(condition.expression, planner)
        }
    }

    /// For each condition what it reads, from the conditions of each part of the pattern.
    private static func inverted(_ readers: [[Int]], count: Int) -> [BitSet] {
        var read = Array(repeating: BitSet(), count: count)
        for (part, conditions) in readers.enumerated() {
            for condition in conditions { read[condition].insert(part) }
        }
        return read
    }

    private static func connection(
        _ expression: BoundExpression, _ planner: QueryPlanner
    ) -> Connection? {
        switch expression.kind {
        case .exists(let subquery):
            return AdjacencyTest(subquery, planner).flatMap {
                $0.far == nil ? nil : Connection(test: $0, isNegated: false)
            }
        case .not(let operand):
            guard let inner = connection(operand, planner) else { return nil }
            return Connection(test: inner.test, isNegated: !inner.isNegated)
        default: return nil
        }
    }

    private static func inequality(_ expression: BoundExpression, _ index: Int) -> Inequality? {
        guard case .comparison(let first, let steps) = expression.kind, steps.count == 1,
            steps[0].comparison == .notEqual, case .variable(let left) = first.kind,
            case .variable(let right) = steps[0].operand.kind,
            first.type.kinds == .node, steps[0].operand.type.kinds == .node
        else { return nil }
        return Inequality(left: left, right: right, condition: index)
    }

    // MARK: Labels

    /// A label that all ends of a relationship's types have needs no test: in every row of the whole
    /// pattern the relationship is there, or, of several in a row, the first and the last.
    private mutating func findImplied(_ statistics: PlanningStatistics) {
        for relationship in pattern.relationships {
            guard relationship.length.map({ $0.minimum > 0 }) ?? true,
                relationship.quantified == nil, !relationship.isBound,
                let types = relationship.typeNames, !types.isEmpty
            else { continue }
            let isOutgoing = relationship.direction == .outgoing
            let isEither = relationship.direction == .either
            for (node, isSource) in [
                (relationship.from, isOutgoing), (relationship.to, !isOutgoing),
            ] {
                for label in nodeLabels[node] {
                    var needed = [
                        PlanAssumption.endsHaveLabel(
                            types: types, label: label, isSource: isSource)
                    ]
                    if isEither {
                        needed.append(
                            .endsHaveLabel(types: types, label: label, isSource: !isSource))
                    }
                    guard needed.allSatisfy({ $0.holds(statistics) }) else { continue }
                    let found = conditions.labelConditions(
                        of: pattern.nodes[node].variable, [label])
                    if found.isEmpty { continue }
                    implied.formUnion(found)
                    assumptions.formUnion(needed)
                }
            }
        }
    }

    // MARK: Relationships that must differ

    /// The most relationships of which every pair gets a closer look.
    private static let comparedMax = 64

    private mutating func findConflicts(_ clauses: [Int], _ planner: QueryPlanner) {
        let selected = Set(pattern.selections.flatMap { $0.relationships })
        conflicts = pattern.relationships.map { _ in BitSet() }
        // Where no condition can tell two nodes apart, no pair needs a closer look.
        let canRefute =
            pattern.relationships.count <= Self.comparedMax
            && (!inequalities.isEmpty
                || planner.canAssume && nodeLabels.contains { !$0.isEmpty })
        var kinds = RelationshipKinds()
        for index in pattern.relationships.indices where !selected.contains(index) {
            kinds.add(index, clause: clauses[index], pattern.relationships[index].typeNames ?? [])
        }
        for first in pattern.relationships.indices where !selected.contains(first) {
            let others = kinds.overlapping(first)
            guard canRefute else {
                conflicts[first] = others
                conflicts[first].remove(first)
                continue
            }
            for second in others.elements
            where second > first && mayMeetByEnds(first, second, planner) {
                conflicts[first].insert(second)
                conflicts[second].insert(first)
            }
        }
    }

    /// Whether two relationships could have the same ends, for all that the conditions say.
    ///
    /// Two relationships are the same only if their ends are, the one way or, for those without
    /// direction, the other. What follows from one such way is refuted by a condition that two of
    /// the nodes it makes the same differ, or by labels that no node has together.
    private mutating func mayMeetByEnds(
        _ first: Int, _ second: Int, _ planner: QueryPlanner
    ) -> Bool {
        let (one, other) = (pattern.relationships[first], pattern.relationships[second])
        guard rules.contains(.distinctEnds), one.length == nil, other.length == nil,
            one.quantified == nil, other.quantified == nil
        else { return true }
        var ways: [[(Int, Int)]] = []
        for (left, right) in orientations(one).prefix(1) {
            for (begin, end) in orientations(other) {
                ways.append([(left, begin), (right, end)])
            }
        }
        if one.direction == .either, other.direction != .either {
            for (begin, end) in orientations(other) {
                ways.append([(one.to, begin), (one.from, end)])
            }
        }
        var used: Set<PlanAssumption> = []
        for way in ways {
            guard let reason = refutation(of: way, planner) else { return true }
            used.formUnion(reason)
        }
        assumptions.formUnion(used)
        return false
    }

    /// The source and target of a relationship; both ways where it has no direction.
    private func orientations(_ relationship: PatternRelationship) -> [(Int, Int)] {
        let (from, to) = (relationship.from, relationship.to)
        switch relationship.direction {
        case .outgoing: return [(from, to)]
        case .incoming: return [(to, from)]
        case .either: return [(from, to), (to, from)]
        }
    }

    /// What makes it impossible that each pair of nodes is one node: nothing but conditions (empty), or
    /// assumptions; nil where it is possible.
    private func refutation(
        of pairs: [(Int, Int)], _ planner: QueryPlanner
    ) -> Set<PlanAssumption>? {
        // Only the few nodes of the pairs can become the same; a pattern of many relationships has
        // very many pairs to look at.
        var nodes: [Int] = []
        for (left, right) in pairs {
            if !nodes.contains(left) { nodes.append(left) }
            if !nodes.contains(right) { nodes.append(right) }
        }
        var group = nodes
        for (left, right) in pairs {
            guard let leftPlace = nodes.firstIndex(of: left),
                let rightPlace = nodes.firstIndex(of: right)
            else { continue }
            let (old, new) = (group[leftPlace], group[rightPlace])
            for place in group.indices where group[place] == old { group[place] = new }
        }
        func place(_ variable: VariableID) -> Int? {
            nodes.firstIndex { pattern.nodes[$0].variable == variable }
        }
        for inequality in inequalities {
            if let left = place(inequality.left), let right = place(inequality.right),
                group[left] == group[right]
            {
                return []
            }
        }
        guard planner.canAssume else { return nil }
        for left in group.indices {
            for right in group.indices where right > left && group[left] == group[right] {
                for one in nodeLabels[nodes[left]] {
                    for other in nodeLabels[nodes[right]] where one != other {
                        let assumption = PlanAssumption.noNodeHasBoth(one, other)
                        if assumption.holds(planner.statistics) { return [assumption] }
                    }
                }
            }
        }
        return nil
    }
}

extension PatternFacts {
    /// Whether a step solved everything that a condition reads of the pattern.
    func isReady(_ condition: Int, _ nodes: BitSet, _ relationships: BitSet) -> Bool {
        nodesRead[condition].isSubset(of: nodes)
            && relationshipsRead[condition].isSubset(of: relationships)
    }

    /// Whether a relationship stands for exactly one that nothing reads and no condition names.
    func isSilent(_ relationship: Int) -> Bool {
        let entry = pattern.relationships[relationship]
        return entry.length == nil && entry.quantified == nil && !entry.isBound
            && entry.propertyMap == nil && !readsRelationship[relationship]
            && conditionsOfRelationship[relationship].isEmpty
            && !pattern.selections.contains { $0.relationships.contains(relationship) }
    }
}
