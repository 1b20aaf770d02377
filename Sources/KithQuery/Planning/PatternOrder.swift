/// Chooses the order in which a pattern is solved: the cheapest by the number of rows that all steps
/// together handle.
///
/// Dynamic programming over the sets of solved relationships and nodes for patterns of usual size;
/// beyond ``exactMax`` relationships or ``exactNodesMax`` nodes always the step that leaves the fewest
/// rows, of the first ``weighedMax`` that are possible. Where rows may
/// carry weights, the rows after a step are no more than there are different values of what is
/// still read: that is what merging equal rows leaves.
struct PatternOrder {
    let facts: PatternFacts
    let statistics: PlanningStatistics
    let input: VariableSet
    let inputRows: Double
    /// Whether all variables of the input that are read later are nodes or relationships.
    let mayGroup: Bool
    let options: ExecutionOptions
    private let access: [NodeAccess?]
    /// How many rows one row becomes along each relationship, from its left and from its right.
    let fanOuts: [(left: FanOut, right: FanOut)]
    /// For each node the labels that it is known to have, also from earlier clauses.
    private let knownLabels: [[String]]
    private let nodeCounts: [Double]
    let samples = PatternSamples()

    var pattern: BoundPattern { facts.pattern }
    private var conditions: PatternConditions { facts.conditions }

    /// The most relationships for which every order is weighed.
    static let exactMax = 9
    /// The most nodes for which every order is weighed: nodes without relationships have one order for
    /// each set of them.
    static let exactNodesMax = 12
    /// The most steps that are weighed against each other in a pattern for which not every order is.
    private static let weighedMax = 64

    init(
        _ facts: PatternFacts, statistics: PlanningStatistics, input: VariableSet,
        inputRows: Double, mayGroup: Bool, options: ExecutionOptions, origins: VariableOrigins
    ) {
        self.facts = facts
        self.statistics = statistics
        self.input = input
        self.inputRows = inputRows
        self.options = options
        self.mayGroup = mayGroup && facts.weight != nil && facts.rules.contains(.groupRows)
        let variables = VariableSet(
            facts.pattern.nodes.map { $0.variable }
                + facts.pattern.relationships.map { $0.variable })
        let finder = NodeAccessFinder(
            statistics: statistics, conditions: facts.conditions,
            usesIndexes: options.usesIndexes)
        // A node whose conditions name no other part of the pattern is found the same way always.
        access = facts.pattern.nodes.enumerated().map { index, node in
            let isAlone = facts.conditionsOfNode[index].allSatisfy {
                facts.conditions.conditions[$0].variables.intersection(variables).count == 1
            }
            return isAlone && !node.isBound ? finder.best(node.variable, known: input) : nil
        }
        let labels = zip(facts.pattern.nodes, facts.nodeLabels).map { node, labels in
            labels + origins.labels(of: node.variable).filter { !labels.contains($0) }
        }
        knownLabels = labels
        nodeCounts = labels.map { max(statistics.nodeCount(labels: $0), 1) }
        fanOuts = facts.pattern.relationships.indices.map { index in
            (
                Self.fanOut(index, fromLeft: true, facts, statistics, labels: labels),
                Self.fanOut(index, fromLeft: false, facts, statistics, labels: labels)
            )
        }
    }

    /// The labels that a node is known to have.
    func labels(of node: Int) -> [String] { knownLabels[node] }

    /// The number of nodes that a node of the pattern can be, at least 1.
    func nodeCount(_ node: Int) -> Double { nodeCounts[node] }

    /// How far a pattern is solved, and at what cost.
    struct State {
        var nodes = BitSet()
        var relationships = BitSet()
        /// The relationships whose number at a node says how often the rows have that node.
        var weighting = BitSet()
        /// For each node, the rows there were when it was found: rows that share it come together.
        var rowsWhenFound: [Double]
        var rows: Double
        var cost = 0.0
        fileprivate var last: Link?
    }

    /// The moves that led to a state, the last first; states share them.
    fileprivate final class Link {
        let move: PlannedMove
        let previous: Link?

        init(_ move: PlannedMove, after previous: Link?) {
            self.move = move
            self.previous = previous
        }
    }

    private struct Key: Hashable {
        let nodes: BitSet
        let relationships: BitSet
    }

    /// The moves of the best order; `checkpoint` is called now and then, to stop the search.
    func best(
        _ checkpoint: () throws(QueryError) -> Void = { () throws(QueryError) in }
    ) throws(QueryError) -> [PlannedMove] {
        let isSmall =
            pattern.relationships.count <= Self.exactMax
            && pattern.nodes.count <= Self.exactNodesMax
        return moves(to: try isSmall ? exact(start, checkpoint) : greedy(start, checkpoint))
    }

    /// Before the first step.
    var start: State {
        var start = State(
            rowsWhenFound: Array(repeating: max(inputRows, 1), count: pattern.nodes.count),
            rows: max(inputRows, 1))
        for (index, node) in pattern.nodes.enumerated() where node.isBound {
            start.nodes.insert(index)
        }
        return start
    }

    /// The moves that lead to a state.
    func moves(to state: State) -> [PlannedMove] {
        var moves: [PlannedMove] = []
        var link = state.last
        while let current = link {
            moves.append(current.move)
            link = current.previous
        }
        return moves.reversed()
    }

    func isSolved(_ state: State) -> Bool {
        state.nodes.count == pattern.nodes.count
            && state.relationships.count == pattern.relationships.count
    }

    /// The best states of one size, in the order in which they were found first, so that of equally
    /// cheap orders always the same is chosen.
    private struct Layer {
        private(set) var states: [State] = []
        private var places: [Key: Int] = [:]

        mutating func add(_ state: State) {
            let key = Key(nodes: state.nodes, relationships: state.relationships)
            guard let place = places[key] else {
                places[key] = states.count
                states.append(state)
                return
            }
            if PatternOrder.isBetter(state, states[place]) { states[place] = state }
        }
    }

    private func exact(
        _ start: State, _ checkpoint: () throws(QueryError) -> Void
    ) throws(QueryError) -> State {
        let total = pattern.nodes.count + pattern.relationships.count
        var layers = Array(repeating: Layer(), count: total + 1)
        layers[start.nodes.count].add(start)
        var best: State?
        for size in start.nodes.count...total {
            let states = layers[size].states
            layers[size] = Layer()
            try checkpoint()
            for state in states {
                if isSolved(state) {
                    if best.map({ state.cost < $0.cost }) ?? true { best = state }
                    continue
                }
                for move in moves(from: state) {
                    let next = applied(move, to: state)
                    layers[next.nodes.count + next.relationships.count].add(next)
                }
            }
        }
        return best ?? start
    }

    /// Whether a state is cheaper; of two equal ones the one with fewer rows.
    private static func isBetter(_ state: State, _ other: State) -> Bool {
        (state.cost, state.rows) < (other.cost, other.rows)
    }

    private func greedy(
        _ start: State, _ checkpoint: () throws(QueryError) -> Void
    ) throws(QueryError) -> State {
        var state = start
        while !isSolved(state) {
            try checkpoint()
            var best: State?
            for move in moves(from: state, upTo: Self.weighedMax) {
                let next = applied(move, to: state)
                if best.map({ next.rows < $0.rows }) ?? true { best = next }
            }
            guard let best else { break }
            state = best
        }
        return state
    }

    /// The steps that are possible from a state, about `countMax` at most: of relationships the first, of
    /// nodes those that are found in the fewest rows.
    func moves(from state: State, upTo countMax: Int = .max) -> [PatternMove] {
        var moves: [PatternMove] = []
        for (index, relationship) in pattern.relationships.enumerated()
        where !state.relationships.contains(index) && !isSelected(index) {
            let hasLeft = state.nodes.contains(relationship.from)
            let hasRight = state.nodes.contains(relationship.to)
            if relationship.isBound {
                moves.append(.ends(relationship: index))
            } else if hasLeft && hasRight {
                moves.append(.into(relationship: index))
            } else if hasLeft || hasRight {
                moves.append(following(index, fromLeft: hasLeft, state))
                moves += intersections(index, state)
            }
            if moves.count >= countMax { break }
        }
        for (index, selection) in pattern.selections.enumerated() {
            guard let (first, last) = pattern.ends(of: selection),
                !state.relationships.contains(selection.relationships[0])
            else { continue }
            if state.nodes.contains(first), state.nodes.contains(last) {
                moves.append(.shortest(selection: index))
            }
        }
        return moves + starts(from: state, isStuck: moves.isEmpty, upTo: countMax)
    }

    /// The ways to find a node by itself: straight to it, or any where nothing else can be done.
    private func starts(
        from state: State, isStuck: Bool, upTo countMax: Int
    ) -> [PatternMove] {
        let inner = pattern.innerNodesOfSelections
        let known = known(state)
        var moves: [PatternMove] = []
        var found: [(node: Int, access: NodeAccess)] = []
        for index in pattern.nodes.indices
        where !state.nodes.contains(index) && !inner.contains(index) {
            if let move = counting(index) {
                moves.append(move)
                if moves.count >= countMax { return moves }
                continue
            }
            let access = access[index] ?? finder.best(pattern.nodes[index].variable, known: known)
            if isStuck || (access.isExact && access.rows <= 10) { found.append((index, access)) }
        }
        if found.count > countMax {
            found.sort { ($0.access.rows, $0.node) < ($1.access.rows, $1.node) }
            found.removeLast(found.count - countMax)
        }
        return moves + found.map { .start(node: $0.node, $0.access) }
    }

    private func isSelected(_ relationship: Int) -> Bool {
        pattern.selections.contains { $0.relationships.contains(relationship) }
    }

    private func following(_ index: Int, fromLeft: Bool, _ state: State) -> PatternMove {
        if let factor = facts.factor(
            index, fromLeft: fromLeft, state.nodes, state.relationships)
        {
            return .factor(relationship: index, fromLeft: fromLeft, factor)
        }
        return .expand(relationship: index, fromLeft: fromLeft)
    }

    /// The ways to close a cycle at the unknown end of a relationship.
    private func intersections(_ index: Int, _ state: State) -> [PatternMove] {
        let relationship = pattern.relationships[index]
        let node =
            state.nodes.contains(relationship.from) ? relationship.to : relationship.from
        return facts.incident[node].elements.compactMap { other in
            guard other > index, !state.relationships.contains(other),
                let intersection = facts.intersection(
                    of: node, index, other, state.nodes, state.relationships)
            else { return nil }
            return .intersect(node: node, relationships: [index, other], intersection)
        }
    }

    /// Counting the nodes of a label, where only their number matters.
    private func counting(_ node: Int) -> PatternMove? {
        guard facts.weight != nil, facts.rules.contains(.degreeFactors), !facts.readsNode[node],
            facts.incident[node].isEmpty, facts.nodeLabels[node].count <= 1,
            facts.conditionsOfNode[node].allSatisfy({ isLabelOnly($0, node) })
        else { return nil }
        return .count(node: node)
    }

    private func isLabelOnly(_ condition: Int, _ node: Int) -> Bool {
        conditions.labelConditions(
            of: pattern.nodes[node].variable, facts.nodeLabels[node]
        ).contains(condition)
    }

    var finder: NodeAccessFinder {
        NodeAccessFinder(
            statistics: statistics, conditions: conditions, usesIndexes: options.usesIndexes)
    }

    /// The variables that are known in a state.
    func known(_ state: State) -> VariableSet {
        var known = input
        for index in pattern.nodes.indices where state.nodes.contains(index) {
            known.insert(pattern.nodes[index].variable)
        }
        for index in pattern.relationships.indices where state.relationships.contains(index) {
            known.insert(pattern.relationships[index].variable)
        }
        return known
    }

    // MARK: Rows and costs

    /// The state after a step, and after merging equal rows where that pays.
    func applied(_ move: PatternMove, to state: State) -> State {
        var next = state
        let found = estimate(move, &next)
        var exact: [Int] = []
        if case .start(_, let access) = move, access.isExact {
            exact = access.satisfied + access.narrowing
        }
        let added = next.nodes.subtracting(state.nodes).elements
        for index in readers(added, next.relationships.subtracting(state.relationships).elements)
        where facts.isReady(index, next.nodes, next.relationships) && !exact.contains(index) {
            next.rows *= conditions.conditions[index].selectivity
        }
        for node in added { next.rowsWhenFound[node] = next.rows }
        next.last = Link(
            PlannedMove(move: move, rows: found, keptRows: next.rows), after: state.last)
        if mayGroup { group(&next) }
        return next
    }

    /// The conditions that read any of some nodes and relationships, each once.
    private func readers(_ nodes: [Int], _ relationships: [Int]) -> [Int] {
        let lists =
            nodes.map { facts.conditionsOfNode[$0] }
            + relationships.map { facts.conditionsOfRelationship[$0] }
        let read = lists.filter { !$0.isEmpty }
        if read.count <= 1 { return read.first ?? [] }
        return Set(read.joined()).sorted()
    }

    /// Merging pays from so many rows on.
    private static let groupedRowsMin = 64.0

    private func group(_ state: inout State) {
        guard state.rows >= Self.groupedRowsMin else { return }
        let (distinct, keys) = distinctRows(state)
        guard distinct * 2 < state.rows else { return }
        state.cost += state.rows * (keys == 1 ? 0.3 : 2)
        state.rows = max(RowEstimates.drawn(state.rows, from: distinct), 1)
        state.weighting = BitSet()
        for node in state.nodes.elements { state.rowsWhenFound[node] = state.rows }
        state.last = Link(
            PlannedMove(move: .group, rows: state.rows, keptRows: state.rows), after: state.last)
    }

    /// How many different rows there can be, looking only at what is still read.
    private func distinctRows(_ state: State) -> (rows: Double, keys: Int) {
        for index in state.relationships.elements where isLive(relationship: index, state) {
            return (.infinity, 0)
        }
        var rows = 1.0
        var keys = 0
        var countsInput = !input.isEmpty
        for index in state.nodes.elements where isLive(node: index, state) {
            keys += 1
            if pattern.nodes[index].isBound {
                if countsInput { rows *= max(inputRows, 1) }
                countsInput = false
            } else {
                rows *= nodeCount(index)
            }
        }
        return (countsInput ? rows * max(inputRows, 1) : rows, keys)
    }

    func isLive(node: Int, _ state: State) -> Bool {
        facts.readsNode[node] || !facts.incident[node].isSubset(of: state.relationships)
            || facts.conditionsOfNode[node].contains {
                !facts.implied.contains($0)
                    && !facts.isReady($0, state.nodes, state.relationships)
            }
    }

    func isLive(relationship: Int, _ state: State) -> Bool {
        facts.readsRelationship[relationship]
            || !facts.conflicts[relationship].isSubset(of: state.relationships)
            || facts.conditionsOfRelationship[relationship].contains {
                !facts.isReady($0, state.nodes, state.relationships)
            }
    }
}
