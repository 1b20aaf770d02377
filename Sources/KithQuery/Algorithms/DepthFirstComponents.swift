import Glibc
import KithGraph

/// Strong components by depth-first search (Tarjan 1972), on one thread.
enum DepthFirstComponents {
    /// Closes each open node; the others are as if not there. O(*n* + *m*).
    static func find(
        _ lists: EdgeLists, _ open: OpenNodes, _ team: WorkTeam
    ) throws(WorkStopped) {
        var search = Search(lists.nodeCount, open)
        defer { search.deallocate() }
        for node in 0..<lists.nodeCount {
            if node % 4_096 == 0 { try team.checkpoint() }
            if open.isOpen(node) { search.visit(node, lists) }
        }
    }

    private struct Search {
        /// When each node was found, from 1; 0 for not yet.
        let indexes: UnsafeMutablePointer<UInt32>
        /// The earliest node known to be reached from each.
        let lows: UnsafeMutablePointer<UInt32>
        let open: OpenNodes
        /// The nodes found that have no component yet.
        let found: UnsafeMutablePointer<UInt32>
        /// The nodes on the way from where the search began, and the next edge of each.
        let way: UnsafeMutablePointer<UInt32>
        let edges: UnsafeMutablePointer<Int>
        var foundCount = 0
        var next: UInt32 = 1

        init(_ count: Int, _ open: OpenNodes) {
            self.open = open
            // Where few nodes are open, memory that nobody looks at is not to be cleared.
            let cleared = calloc(max(count, 1), MemoryLayout<UInt32>.stride)
            indexes = cleared?.bindMemory(to: UInt32.self, capacity: count) ?? .filled(count, 0)
            lows = .allocate(capacity: max(count, 1))
            found = .allocate(capacity: max(count, 1))
            way = .allocate(capacity: max(count, 1))
            edges = .allocate(capacity: max(count, 1))
        }

        func deallocate() {
            free(indexes)
            for buffer in [lows, found, way] { buffer.deallocate() }
            edges.deallocate()
        }

        private mutating func enter(_ node: Int, _ depth: Int, _ lists: EdgeLists) {
            indexes[node] = next
            lows[node] = next
            next += 1
            found[foundCount] = UInt32(truncatingIfNeeded: node)
            foundCount += 1
            way[depth] = UInt32(truncatingIfNeeded: node)
            edges[depth] = lists.offsets[node]
        }

        mutating func visit(_ start: Int, _ lists: EdgeLists) {
            enter(start, 0, lists)
            var depth = 0
            while depth >= 0 {
                let node = Int(way[depth])
                if edges[depth] < lists.offsets[node + 1] {
                    let target = Int(lists.targets[edges[depth]])
                    edges[depth] += 1
                    guard open.isOpen(target) else { continue }
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
            var start = foundCount - 1
            var first = found[start]
            while Int(found[start]) != node {
                start -= 1
                first = min(first, found[start])
            }
            for place in start..<foundCount { open.close(Int(found[place]), first: Int(first)) }
            open.closed(foundCount - start, components: 1)
            foundCount = start
        }
    }
}
