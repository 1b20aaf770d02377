import KithGraph

/// Strong components by depth-first search (Tarjan 1972), on one thread.
enum DepthFirstComponents {
    /// Sets the component of each open node to one of its nodes; the others are as if not there. O(*n* +
    /// *m*).
    static func find(
        _ lists: ProjectedLists, _ components: UnsafeMutablePointer<UInt32>, isOpen: UInt32,
        _ team: WorkTeam
    ) throws(WorkStopped) {
        let count = lists.nodeCount
        var search = Search(count, components, isOpen)
        defer { search.deallocate() }
        for node in 0..<count {
            if node % 4_096 == 0 { try team.checkpoint() }
            if components[node] == isOpen { search.visit(node, lists) }
        }
    }

    private struct Search {
        /// When each node was found, from 1; 0 for not yet.
        let indexes: UnsafeMutablePointer<UInt32>
        /// The earliest node known to be reached from each.
        let lows: UnsafeMutablePointer<UInt32>
        let components: UnsafeMutablePointer<UInt32>
        let isOpen: UInt32
        /// The nodes found that have no component yet.
        let open: UnsafeMutablePointer<UInt32>
        /// The nodes on the way from where the search began, and the next edge of each.
        let way: UnsafeMutablePointer<UInt32>
        let edges: UnsafeMutablePointer<Int>
        var openCount = 0
        var next: UInt32 = 1

        init(_ count: Int, _ components: UnsafeMutablePointer<UInt32>, _ isOpen: UInt32) {
            self.components = components
            self.isOpen = isOpen
            indexes = .filled(count, 0)
            lows = .filled(count, 0)
            open = .filled(count, 0)
            way = .filled(count, 0)
            edges = .filled(count, 0)
        }

        func deallocate() {
            for buffer in [indexes, lows, open, way] { buffer.deallocate() }
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
                    guard components[target] == isOpen else { continue }
                    if indexes[target] == 0 {
                        depth += 1
                        enter(target, depth, lists)
                    } else {
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
