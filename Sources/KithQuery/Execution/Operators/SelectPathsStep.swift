import KithValues

/// The step of ``SelectPaths``.
struct SelectPathsStep: PlanStep {
    /// One repetition of a part, planned below a known node.
    struct Repetition {
        let body: PlanNode
        let outer: Int
        let rowNumber: VariableID
        /// The outer variables that it reads.
        let imports: [VariableID]
        /// The node at which it begins, and the one it leads to.
        let start: VariableID
        let end: VariableID
    }

    /// A relationship, or a part of the path that repeats.
    struct Part {
        /// The variable of the relationship, or of the list of all relationships.
        let relationship: VariableID
        let isList: Bool
        let minimum: Int
        let maximum: Int?
        /// The relationships of one repetition, from left to right.
        let innerRelationships: [VariableID]
        let groups: [QuantifiedPattern.GroupVariable]
        /// The node behind it, but for the last part, and the condition on that node alone.
        let arrival: VariableID?
        let arrivalCondition: BoundExpression?
        let forward: Repetition
        let backward: Repetition

        /// The variables that it makes besides its nodes.
        var variables: [VariableID] { [relationship] + groups.map { $0.outer } }
    }

    /// One kind of relationship, followed any number of times.
    struct Plain {
        let types: TypeCondition
        let direction: PatternDirection
        let maximum: Int?
        let findsAll: Bool
        /// The condition on each relationship, which it finds in `elementVariable`.
        let predicate: BoundExpression?
        let elementVariable: VariableID?
    }

    let selector: PathSelection.Selector
    let isFunction: Bool
    let from: VariableID
    let to: VariableID
    let parts: [Part]
    /// The condition on a path as a whole, which finds the path itself in `paths`.
    let predicate: BoundExpression?
    let paths: [VariableID]
    /// The variables to be made that somebody reads.
    let wanted: VariableSet
    let plain: Plain?
    /// The variable that gets the length of the path, which is then all that is made.
    var length: VariableID?

    var name: String {
        switch selector {
        case .anyShortest: "ShortestPath"
        case .allShortest: "AllShortestPaths"
        case .shortest: "ShortestPaths"
        case .shortestGroups: "ShortestPathGroups"
        }
    }

    /// The step that makes these variables.
    func wanting(_ wanted: VariableSet) -> SelectPathsStep {
        SelectPathsStep(
            selector: selector, isFunction: isFunction, from: from, to: to, parts: parts,
            predicate: predicate, paths: paths, wanted: wanted, plain: plain, length: length)
    }

    var nested: [PlanNode] { plain == nil ? parts.map { $0.forward.body } : [] }

    func details(_ names: VariableNames) -> String {
        guard let plain else { return "(\(names.name(from)))…(\(names.name(to)))" }
        let bounds = "*\(parts[0].minimum)..\(plain.maximum.map(String.init) ?? "")"
        let arrow = plain.direction.arrow(plain.types.text + bounds)
        return "(\(names.name(from)))\(arrow)(\(names.name(to)))"
    }

    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        let steps = parts
        let makeParts = { () throws(QueryError) -> [PathPart] in
            var running: [PathPart] = []
            for part in steps { running.append(try PathPart(part, builder)) }
            return running
        }
        // Where other ways are not likely to be needed they are made when they are.
        let ready = plain == nil ? try makeParts() : nil
        let count: BoundExpression? =
            switch selector {
            case .anyShortest, .allShortest: nil
            case .shortest(let count), .shortestGroups(let count): count
            }
        return SelectPaths(
            input: inputs[0], step: self,
            makeParts: { () throws(QueryError) -> [PathPart] in
                if let ready { return ready }
                return try makeParts()
            },
            predicate: try builder.compile(predicate),
            plainPredicate: try builder.compile(plain?.predicate),
            count: try builder.compile(count))
    }

    /// `rows` with what one found path each gives: what is wanted, or all of it.
    func adding(_ paths: [FoundPath], to rows: Batch, all: Bool = false) -> Batch {
        var result = rows
        if let length { result[length] = .integers(paths.map { Int64($0.length) }) }
        func set(_ variable: VariableID, _ value: (FoundPath) -> Value) {
            guard all || wanted.contains(variable) else { return }
            result[variable] = Vector(tagged: paths.map(value), count: paths.count)
        }
        for (index, part) in parts.enumerated() {
            set(part.relationship) { path in
                let ids = path.edges[index].flatMap { $0.relationships }
                    .map { Value.relationship(RelationshipID(rawValue: $0)) }
                return part.isList ? .list(ids) : ids[0]
            }
            for (group, variables) in part.groups.enumerated() {
                set(variables.outer) { path in .list(path.edges[index].map { $0.groups[group] }) }
            }
            if let arrival = part.arrival {
                set(arrival) { path in .node(NodeID(rawValue: path.joints[index])) }
            }
        }
        return result
    }
}

/// A path that was found.
struct FoundPath {
    /// The repetitions of each part, from left to right.
    let edges: [[PathEdge]]
    /// The nodes between the parts.
    let joints: [UInt64]

    /// All relationships in order.
    var relationships: [UInt64] { edges.flatMap { $0.flatMap { $0.relationships } } }
    /// The number of relationships.
    var length: Int { edges.reduce(0) { $1.reduce($0) { $0 + $1.relationships.count } } }
}

/// One repetition of a part of a path, as the graph has it.
struct PathEdge {
    /// The node it leads to, in the direction in which it was followed.
    let end: UInt64
    /// Its relationships from left to right.
    let relationships: [UInt64]
    /// The values of the part's variables.
    let groups: [Value]
}
