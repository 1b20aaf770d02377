import KithGraph
import KithValues

/// One step of solving a pattern.
enum PatternMove {
    /// Finds an unbound node by itself.
    case start(node: Int, NodeAccess)
    /// Counts the nodes that an unbound node could be, without finding them.
    case count(node: Int)
    /// Follows a relationship from a known node to an unknown one.
    case expand(relationship: Int, fromLeft: Bool)
    /// Counts the ways to follow a relationship from a known node, without following them.
    case factor(relationship: Int, fromLeft: Bool, PatternFacts.Factor)
    /// Finds a relationship between two known nodes.
    case into(relationship: Int)
    /// Finds a node as a common neighbour of two known ones.
    case intersect(node: Int, relationships: [Int], PatternFacts.Intersection)
    /// Finds the ends of a relationship that an earlier clause bound.
    case ends(relationship: Int)
    /// Finds shortest paths between two known nodes.
    case shortest(selection: Int)
    /// Merges rows that have become equal.
    case group
}

/// A move, and the rows expected of it.
struct PlannedMove {
    let move: PatternMove
    /// What its step gives.
    let rows: Double
    /// What is left when the conditions that can be tested then have been.
    let keptRows: Double
}

/// How a node is found by itself.
struct NodeAccess {
    /// The ways.
    enum Kind {
        case scan(labels: [String])
        case index(IndexDefinition, IndexCondition)
        case id(BoundExpression)
    }

    let kind: Kind
    /// How many nodes it gives for one outer row.
    let rows: Double
    /// The conditions that it makes true by itself.
    let satisfied: [Int]
    /// The conditions that its rows are all but sure to meet, and are tested on all the same.
    var narrowing: [Int] = []
}

/// Finds the ways to begin at a node.
struct NodeAccessFinder {
    let statistics: PlanningStatistics
    let conditions: PatternConditions
    let usesIndexes: Bool

    /// The best way to find `variable` when the variables `known` are there.
    func best(_ variable: VariableID, known: VariableSet) -> NodeAccess {
        if let identity = identity(variable, known) { return identity }
        let scan = scan(variable)
        return seeks(variable, known).reduce(scan) { best, access in
            let isBetter =
                access.rows < best.rows || (access.rows == best.rows && access.isExact)
            return isBetter ? access : best
        }
    }

    /// Every way to find `variable`.
    func all(_ variable: VariableID, known: VariableSet) -> [NodeAccess] {
        [scan(variable)] + [identity(variable, known)].compactMap { $0 } + seeks(variable, known)
    }

    private func scan(_ variable: VariableID) -> NodeAccess {
        let labels = conditions.labels(of: variable)
        return NodeAccess(
            kind: .scan(labels: labels),
            rows: labels.isEmpty ? statistics.nodeCount : statistics.nodeCount(labels: labels),
            satisfied: conditions.labelConditions(of: variable, labels))
    }

    private func identity(_ variable: VariableID, _ known: VariableSet) -> NodeAccess? {
        guard usesIndexes, let (condition, value) = conditions.identity(of: variable, known: known)
        else { return nil }
        return NodeAccess(kind: .id(value), rows: 1, satisfied: [condition])
    }

    private func seeks(_ variable: VariableID, _ known: VariableSet) -> [NodeAccess] {
        guard usesIndexes else { return [] }
        let bounds = conditions.bounds(of: variable, known: known)
        guard !bounds.isEmpty else { return [] }
        return conditions.labels(of: variable).flatMap { label in
            statistics.indexes(label: label).compactMap { index, properties in
                access(index, properties, label, bounds, variable)
            }
        }
    }

    /// How an index finds the nodes; nil where it cannot: it has only nodes that have all of its
    /// properties, so something must demand each of them.
    private func access(
        _ index: IndexDefinition, _ properties: [String], _ label: String,
        _ bounds: [UTF8Key: PropertyBounds], _ variable: VariableID
    ) -> NodeAccess? {
        guard
            properties.allSatisfy({
                bounds[UTF8Key($0)] != nil || statistics.isRequired($0, ofNodesWith: label)
            })
        else { return nil }
        var condition = IndexCondition()
        var satisfied = conditions.labelConditions(of: variable, [label])
        var rest = properties[...]
        while let key = rest.first, let equal = bounds[UTF8Key(key)]?.equal {
            condition.equal.append(equal.value)
            satisfied.append(equal.condition)
            rest = rest.dropFirst()
        }
        let equalCount = condition.equal.count
        var rows = equalRows(index, label, condition.equal, satisfied.suffix(equalCount))
        var narrowing: [Int] = []
        if let key = rest.first, let bound = bounds[UTF8Key(key)] {
            if let anyOf = bound.anyOf {
                condition.anyOf = anyOf.list
                satisfied.append(anyOf.condition)
                rows *= conditions.conditions[anyOf.condition].selectivity
            } else if bound.lower != nil || bound.upper != nil || bound.prefix != nil {
                if bound.lower != nil || bound.upper != nil {
                    condition.lower = bound.lower
                    condition.upper = bound.upper
                } else {
                    condition.prefix = bound.prefix
                }
                narrowing = bound.narrowing
                for number in narrowing {
                    rows *= conditions.conditions[number].selectivity
                }
            } else if equalCount == 0 {
                return nil
            }
        } else if equalCount == 0 {
            return nil
        }
        return NodeAccess(
            kind: .index(index, condition), rows: rows, satisfied: satisfied,
            narrowing: narrowing)
    }

    /// How many nodes an index finds by the values of its first properties.
    private func equalRows(
        _ index: IndexDefinition, _ label: String, _ values: [BoundExpression],
        _ numbers: ArraySlice<Int>
    ) -> Double {
        if values.isEmpty { return statistics.entryCount(index) }
        if values.count == 1, index.properties.count == 1, !index.isUnique,
            case .literal = values[0].kind, let number = numbers.first
        {
            return statistics.nodeCount(labels: [label])
                * conditions.conditions[number].selectivity
        }
        return statistics.rowsPerValue(index, count: values.count)
    }
}

extension NodeAccess {
    /// Whether it goes straight to what it looks for.
    var isExact: Bool {
        if case .scan = kind { return false }
        return true
    }
}
