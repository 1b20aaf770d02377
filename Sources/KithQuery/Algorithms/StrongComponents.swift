import KithGraph

/// The parts of a directed graph in which every node leads to every other.
///
/// Nodes that no circle can go through, by their numbers alone (``SpansOfOne``) or because nothing leads
/// to them or they lead nowhere (``Trimming``), are parts of their own and are taken off as long as there
/// are some (McLendon, Hendrickson, Plimpton and Rauchwerger 2005). Of what is left, one part is what a
/// node reaches and is reached from (Fleischer, Hendrickson and Pınar 2000). All threads work on these;
/// what little then remains is left to one (Tarjan 1972).
struct StrongComponents {
    private let lists: EdgeLists
    private let reversed: EdgeLists
    /// Fewer nodes are left to one thread.
    private let parallelMin: Int
    private let open: OpenNodes
    /// Searches along the edges, and against them.
    private let forward: Reaching
    private let backward: Reaching
    private let team: WorkTeam

    private typealias State = OpenNodes.State
    /// A part that is found by searching both ways and is a smaller share of the nodes was not worth it.
    private static let largestShareMin = 8

    /// The number of each node's component, counted from 0 in the order of their first nodes; O(*n* +
    /// *m*).
    ///
    /// `reversed` are the same edges the other way.
    static func components(
        _ lists: ProjectedLists, _ reversed: ProjectedLists, _ team: WorkTeam,
        parallelMin: Int = 4_096
    ) throws(WorkStopped) -> [UInt32] {
        let (forward, backward) = (EdgeLists(lists), EdgeLists(reversed))
        return try [UInt32].written(lists.nodeCount) { (components) throws(WorkStopped) in
            let open = try OpenNodes(lists.nodeCount, components, team)
            try SpansOfOne.take(forward, backward, open, team)
            if open.count > 0 {
                let sharedMin = max(parallelMin / 8, 1)
                let work = StrongComponents(
                    lists: forward, reversed: backward, parallelMin: parallelMin, open: open,
                    forward: Reaching(forward, open, team, sharedMin: sharedMin),
                    backward: Reaching(backward, open, team, sharedMin: sharedMin), team: team)
                try work.find()
            }
            try open.number()
        }
    }

    private func find() throws(WorkStopped) {
        while open.count >= parallelMin {
            try Trimming.take(open, forward.front, along: lists, against: reversed)
            try Trimming.take(open, backward.front, along: reversed, against: lists)
            if open.count < parallelMin { break }
            let before = open.count
            try takePartOfOne()
            if (before - open.count) * Self.largestShareMin < before { break }
        }
        if open.count > 0 { try DepthFirstComponents.find(lists, open, team) }
    }

    /// Takes the component of an open node with many edges both ways: what it reaches, of that what
    /// reaches it.
    private func takePartOfOne() throws(WorkStopped) {
        let (lists, reversed) = (lists, reversed)
        let center = try open.best { lists.range(of: $0).count &* reversed.range(of: $0).count }
        guard let center else { return }
        try forward.reach(from: center, among: State.open, as: State.isReached)
        try backward.reach(from: center, among: State.isReached, as: State.isMember)
        try open.closeMembers()
    }
}

extension AlgorithmProcedure {
    /// `algo.scc`.
    static let strongComponents = AlgorithmProcedure(
        "scc", "The strongly connected component of each node.", options: [], direction: nil,
        isWeighted: false, outputs: [.init("node", .node), .init("componentId", .integer)]
    ) { (call) throws(QueryError) in
        let projection = try call.projection([.forward, .backward], direction: .outgoing)
        let count = projection.nodes.count
        try call.reserve(count * (52 + 2 * Reaching.noteCount(call.team)))
        let components = try call.computing { (team) throws(WorkStopped) in
            try StrongComponents.components(projection.lists, projection.reversedLists, team)
        }
        return AlgorithmRows(
            count: count, columns: [.nodes(projection.nodes), .counts(components)])
    }
}
