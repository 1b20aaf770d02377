/// Chooses the order in which a pattern is solved: the cheapest by the number of rows that all steps
/// together handle.
///
/// Dynamic programming over the sets of solved relationships and nodes for patterns of usual size;
/// beyond ``exactMax`` relationships always the step that leaves the fewest rows.
struct PatternOrder {
    let pattern: BoundPattern
    let conditions: PatternConditions
    let statistics: PlanningStatistics
    let input: Set<VariableID>
    let inputRows: Double
    let options: ExecutionOptions

    /// The most relationships for which every order is weighed.
    static let exactMax = 9

    /// How far a pattern is solved, and at what cost.
    struct State {
        var nodes: Set<Int>
        var relationships: Set<Int>
        var moves: [PatternMove]
        var rows: Double
        var cost: Double
        var known: Set<VariableID>
    }

    private struct Key: Hashable {
        let nodes: Set<Int>
        let relationships: Set<Int>
    }

    /// The best order, with the rows expected at the end.
    func best() -> State {
        pattern.relationships.count <= Self.exactMax ? exact(start) : greedy(start)
    }

    /// Before the first step.
    var start: State {
        var start = State(
            nodes: [], relationships: [], moves: [], rows: max(inputRows, 1), cost: 0, known: input)
        for (index, node) in pattern.nodes.enumerated() where node.isBound {
            start.nodes.insert(index)
        }
        return start
    }

    func isSolved(_ state: State) -> Bool {
        state.nodes.count == pattern.nodes.count
            && state.relationships.count == pattern.relationships.count
    }

    private func exact(_ start: State) -> State {
        var layer: [Key: State] = [
            Key(nodes: start.nodes, relationships: start.relationships): start
        ]
        var layers: [Int: [Key: State]] = [:]
        let total = pattern.nodes.count + pattern.relationships.count
        layers[start.nodes.count] = layer
        var best: State?
        for size in start.nodes.count...max(total, start.nodes.count) {
            guard let states = layers.removeValue(forKey: size) else { continue }
            layer = states
            for state in layer.values {
                if isSolved(state) {
                    if best.map({ state.cost < $0.cost }) ?? true { best = state }
                    continue
                }
                for move in moves(from: state) {
                    let next = applied(move, to: state)
                    let key = Key(nodes: next.nodes, relationships: next.relationships)
                    let nextSize = next.nodes.count + next.relationships.count
                    if let known = layers[nextSize]?[key], known.cost <= next.cost { continue }
                    layers[nextSize, default: [:]][key] = next
                }
            }
        }
        return best ?? start
    }

    private func greedy(_ start: State) -> State {
        var state = start
        while !isSolved(state) {
            let candidates = moves(from: state).map { applied($0, to: state) }
            guard let next = candidates.min(by: { $0.rows < $1.rows }) else { break }
            state = next
        }
        return state
    }

    var finder: NodeAccessFinder {
        NodeAccessFinder(
            statistics: statistics, conditions: conditions, usesIndexes: options.usesIndexes)
    }

    /// The steps that are possible from a state.
    func moves(from state: State) -> [PatternMove] {
        var moves: [PatternMove] = []
        let selected = Set(pattern.selections.flatMap { $0.relationships })
        for (index, relationship) in pattern.relationships.enumerated()
        where !state.relationships.contains(index) && !selected.contains(index) {
            let hasLeft = state.nodes.contains(relationship.from)
            let hasRight = state.nodes.contains(relationship.to)
            if relationship.isBound {
                moves.append(.ends(relationship: index))
            } else if hasLeft && hasRight {
                moves.append(.into(relationship: index))
            } else if hasLeft {
                moves.append(.expand(relationship: index, fromLeft: true))
            } else if hasRight {
                moves.append(.expand(relationship: index, fromLeft: false))
            }
        }
        for (index, selection) in pattern.selections.enumerated() {
            guard let (first, last) = pattern.ends(of: selection),
                !state.relationships.contains(selection.relationships[0])
            else { continue }
            if state.nodes.contains(first), state.nodes.contains(last) {
                moves.append(.shortest(selection: index))
            }
        }
        let isStuck = moves.isEmpty
        let inner = pattern.innerNodesOfSelections
        for (index, node) in pattern.nodes.enumerated()
        where !state.nodes.contains(index) && !inner.contains(index) {
            let access = finder.best(node.variable, known: state.known)
            if isStuck || (access.isExact && access.rows <= 10) {
                moves.append(.start(node: index, access))
            }
        }
        return moves
    }

    /// What it costs to reach a node of a pattern and read it, compared with reading in order: nodes
    /// that come in random order out of very many do not lie in the processor's caches.
    private func reach(of node: Int) -> Double {
        let labels = conditions.labels(of: pattern.nodes[node].variable)
        return statistics.nodeCount(labels: labels) > Self.cachedNodesMax ? 2 : 1
    }

    /// So many values of eight bytes fit in a processor's caches.
    private static let cachedNodesMax = 262_144.0

    /// The state after a step.
    func applied(_ move: PatternMove, to state: State) -> State {
        var next = state
        next.moves.append(move)
        switch move {
        case .start(let index, let access):
            next.nodes.insert(index)
            next.known.insert(pattern.nodes[index].variable)
            next.rows *= access.rows
            next.cost += next.rows
        case .expand(let index, let fromLeft):
            let relationship = pattern.relationships[index]
            let (near, far) =
                fromLeft
                ? (relationship.from, relationship.to) : (relationship.to, relationship.from)
            let reached = state.rows * fanOut(relationship, from: near, to: far, fromLeft: fromLeft)
            next.relationships.insert(index)
            next.nodes.insert(far)
            next.known.formUnion([relationship.variable, pattern.nodes[far].variable])
            next.rows = reached
            next.cost += state.rows + reached * reach(of: far)
        case .into(let index):
            let relationship = pattern.relationships[index]
            let reached = fanOut(
                relationship, from: relationship.from, to: relationship.to, fromLeft: true)
            let targets = max(
                statistics.nodeCount(
                    labels: conditions.labels(of: pattern.nodes[relationship.to].variable)), 1)
            next.relationships.insert(index)
            next.known.insert(relationship.variable)
            next.rows *= min(1, reached / targets)
            // A variable-length step between known nodes still walks every path.
            next.cost += state.rows * (relationship.length == nil ? 2 : 1 + reached)
        case .ends(let index):
            let relationship = pattern.relationships[index]
            next.relationships.insert(index)
            next.nodes.formUnion([relationship.from, relationship.to])
            next.known.formUnion([
                pattern.nodes[relationship.from].variable, pattern.nodes[relationship.to].variable,
            ])
            next.cost += state.rows
        case .shortest(let index):
            next.relationships.formUnion(pattern.selections[index].relationships)
            for relationship in pattern.selections[index].relationships {
                next.known.insert(pattern.relationships[relationship].variable)
            }
            for node in pattern.innerNodes(of: pattern.selections[index]) {
                next.nodes.insert(node)
                next.known.insert(pattern.nodes[node].variable)
            }
            next.cost += state.rows * 100
        }
        for condition in conditions.conditions
        where condition.variables.isSubset(of: next.known)
            && !condition.variables.isSubset(of: state.known)
        {
            if case .start(_, let access) = move, access.isExact,
                access.satisfied.contains(where: {
                    conditions.conditions[$0].expression === condition.expression
                })
            {
                continue
            }
            next.rows *= condition.selectivity
        }
        return next
    }

    /// How many rows one row becomes when a relationship is followed.
    func fanOut(
        _ relationship: PatternRelationship, from near: Int, to far: Int, fromLeft: Bool
    ) -> Double {
        let nearLabels = conditions.labels(of: pattern.nodes[near].variable)
        let farLabels = conditions.labels(of: pattern.nodes[far].variable)
        let sources = max(
            nearLabels.isEmpty ? statistics.nodeCount : statistics.nodeCount(labels: nearLabels), 1)
        let direction = fromLeft ? relationship.direction : relationship.direction.reversed
        let types = relationship.typeNames
        var count = 0.0
        if direction != .incoming {
            count += statistics.relationshipCount(types: types, from: nearLabels, to: farLabels)
        }
        if direction != .outgoing {
            count += statistics.relationshipCount(types: types, from: farLabels, to: nearLabels)
        }
        let degree = count / sources
        guard let length = relationship.length else { return degree }
        let longest = min(length.maximum ?? length.minimum + 4, length.minimum + 8)
        var total = 0.0
        for hops in length.minimum...max(longest, length.minimum) {
            total += (0..<hops).reduce(1.0) { product, _ in min(product * max(degree, 0.01), 1e12) }
        }
        return total
    }
}
