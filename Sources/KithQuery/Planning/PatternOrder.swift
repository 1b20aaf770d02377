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
    let access: [NodeAccess?]
    /// The nodes that may be begun at although something else can be done.
    let startable: BitSet
    /// How many rows one row becomes along each relationship, from its left and from its right.
    let fanOuts: [(left: FanOut, right: FanOut)]
    /// For each node the labels that it is known to have, also from earlier clauses.
    private let knownLabels: [[String]]
    private let nodeCounts: [Double]
    let samples = PatternSamples()

    var pattern: BoundPattern { facts.pattern }
    var conditions: PatternConditions { facts.conditions }

    /// A node that is found in so few rows may be begun at while others lead on.
    static let startRowsMax = 10.0
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
        startable = BitSet(
            access.indices.filter { [access] index in
                access[index].map { $0.isExact && $0.rows <= Self.startRowsMax } ?? true
                    || facts.incident[index].isEmpty
            })
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
