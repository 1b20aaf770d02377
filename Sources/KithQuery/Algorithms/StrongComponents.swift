import KithGraph

/// The parts of a directed graph in which every node leads to every other (Tarjan 1972).
enum StrongComponents {
    /// The number of each node's component, counted from 0 in the order of their first nodes; O(*n* +
    /// *m*), on one thread.
    static func components(
        _ lists: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) -> [UInt32] {
        let count = lists.nodeCount
        var search = Search(count)
        defer { search.deallocate() }
        for node in 0..<count {
            if node % 4_096 == 0 { try team.checkpoint() }
            if search.indexes[node] == 0 { search.visit(node, lists) }
        }
        _ = Communities.renumber(search.components, count: count)
        return Array(copying: search.components, count: count)
    }

    private struct Search {
        /// When each node was found, from 1; 0 for not yet.
        let indexes: UnsafeMutablePointer<UInt32>
        /// The earliest node known to be reached from each.
        let lows: UnsafeMutablePointer<UInt32>
        let components: UnsafeMutablePointer<UInt32>
        /// The nodes found that have no component yet.
        let open: UnsafeMutablePointer<UInt32>
        /// The nodes on the way from where the search began, and the next edge of each.
        let way: UnsafeMutablePointer<UInt32>
        let edges: UnsafeMutablePointer<Int>
        var openCount = 0
        var next: UInt32 = 1

        init(_ count: Int) {
            indexes = .filled(count, 0)
            lows = .filled(count, 0)
            components = .filled(count, .max)
            open = .filled(count, 0)
            way = .filled(count, 0)
            edges = .filled(count, 0)
        }

        func deallocate() {
            for buffer in [indexes, lows, components, open, way] { buffer.deallocate() }
            edges.deallocate()
        }

        private mutating func enter(_ node: Int, _ depth: Int, _ lists: ProjectedLists) {
            indexes[node] = next
            lows[node] = next
            next += 1
            open[openCount] = UInt32(truncatingIfNeeded: node)
            openCount += 1
            way[depth] = UInt32(truncatingIfNeeded: node)
            edges[depth] = lists.offsets[node]
        }

        mutating func visit(_ start: Int, _ lists: ProjectedLists) {
            enter(start, 0, lists)
            var depth = 0
            while depth >= 0 {
                let node = Int(way[depth])
                if edges[depth] < lists.offsets[node + 1] {
                    let target = Int(lists.targets[edges[depth]])
                    edges[depth] += 1
                    if indexes[target] == 0 {
                        depth += 1
                        enter(target, depth, lists)
                    } else if components[target] == .max {
                        lows[node] = min(lows[node], indexes[target])
                    }
                    continue
                }
                if lows[node] == indexes[node] { close(node) }
                depth -= 1
                if depth >= 0 {
                    let parent = Int(way[depth])
                    lows[parent] = min(lows[parent], lows[node])
                }
            }
        }

        /// Makes a component of the nodes found since `node`.
        private mutating func close(_ node: Int) {
            while true {
                openCount -= 1
                let member = Int(open[openCount])
                components[member] = UInt32(truncatingIfNeeded: node)
                if member == node { return }
            }
        }
    }
}

extension AlgorithmProcedure {
    /// `algo.scc`.
    static let strongComponents = AlgorithmProcedure(
        "scc", "The strongly connected component of each node.", options: [], direction: nil,
        isWeighted: false, outputs: [.init("node", .node), .init("componentId", .integer)]
    ) { (call) throws(QueryError) in
        let projection = try call.projection(.forward, direction: .outgoing)
        let count = projection.nodes.count
        try call.reserve(count * 36)
        let components = try call.computing { (team) throws(WorkStopped) in
            try StrongComponents.components(projection.lists, team)
        }
        return AlgorithmRows(
            count: count, columns: [.nodes(projection.nodes), .counts(components)])
    }
}
