import KithGraph

/// How deep in the graph each node lies: the greatest *k* for which it belongs to a part in which every
/// node has at least *k* neighbours (Seidman 1983).
///
/// Nodes are peeled off, those with fewest neighbours first; all that go at one *k* go at once.
enum CoreNumbers {
    private static let blockSize = 16_384

    /// The core number of each node; O(*m* + *n* · the greatest one). Fewer than `sharedMin` nodes are
    /// taken away by one thread.
    ///
    /// - Precondition: the lists lead both ways.
    static func numbers(
        _ lists: SimpleLists, _ team: WorkTeam, sharedMin: Int = 128
    ) throws(WorkStopped) -> [UInt32] {
        try [UInt32].written(lists.nodeCount) { (cores) throws(WorkStopped) in
            try find(cores, lists, team, sharedMin: sharedMin)
        }
    }

    private static func find(
        _ cores: UnsafeMutablePointer<UInt32>, _ lists: SimpleLists, _ team: WorkTeam,
        sharedMin: Int
    ) throws(WorkStopped) {
        let count = lists.nodeCount
        let degrees = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
        defer { degrees.deallocate() }
        try team.forEachBlock(of: count, size: blockSize) { block, _ in
            for node in block {
                degrees[node] = Int32(truncatingIfNeeded: lists.degree(of: node))
                cores[node] = 0
            }
        }
        let found = (0..<team.count).map { _ in FoundNodes() }
        let peeling = Peeling(
            lists: lists, degrees: degrees, cores: cores, found: found,
            parts: parts(of: lists, team.count), sharedMin: sharedMin)
        let left = NodesLeft(count: count)
        var core: Int32 = 0
        while left.count > 0 {
            let next = try left.take(core, degrees, found, team)
            var front = found.flatMap { $0.take() }
            if front.isEmpty {
                core = next
                continue
            }
            while !front.isEmpty {
                try peeling.peel(front, core, team)
                front = found.flatMap { $0.take() }
            }
            core += 1
        }
    }

    /// The nodes in as many parts as there are threads, of about as many edges.
    private static func parts(of lists: SimpleLists, _ count: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        for part in 1...count {
            let edges = lists.offsets[lists.nodeCount] / count * part
            var end = part == count ? lists.nodeCount : start
            if part < count {
                // The first node whose edges begin there or later.
                var (low, high) = (start, lists.nodeCount)
                while low < high {
                    let middle = (low + high) / 2
                    if lists.offsets[middle] < edges { low = middle + 1 } else { high = middle }
                }
                end = low
            }
            parts.append(start..<end)
            start = end
        }
        return parts
    }

    /// The nodes that were not peeled off yet, and some that were lately.
    private final class NodesLeft: @unchecked Sendable {
        // Sendable: threads write parts of their own of the nodes; the rest is the caller's.
        private let nodes: UnsafeMutablePointer<UInt32>
        private(set) var count: Int
        private static let blockSize = 8_192

        init(count: Int) {
            self.count = count
            nodes = .allocate(capacity: max(count, 1))
            for node in 0..<count { nodes[node] = UInt32(truncatingIfNeeded: node) }
        }

        deinit { nodes.deallocate() }

        /// Finds those with `core` neighbours left, and keeps those with more: fewer have only those that
        /// were peeled off. Gives the fewest that any of those kept has.
        func take(
            _ core: Int32, _ degrees: UnsafeMutablePointer<Int32>, _ found: [FoundNodes],
            _ team: WorkTeam
        ) throws(WorkStopped) -> Int32 {
            let size = Self.blockSize
            let blocks = (count + size - 1) / size
            let ends = UnsafeMutablePointer<Int>.filled(blocks, 0)
            let fewest = UnsafeMutablePointer<Int32>.filled(blocks, .max)
            defer {
                ends.deallocate()
                fewest.deallocate()
            }
            let nodes = nodes
            try team.forEachBlock(of: count, size: size) { block, worker in
                let found = found[worker]
                var end = block.lowerBound
                var least = Int32.max
                for index in block {
                    let node = nodes[index]
                    let degree = degrees[Int(node)]
                    if degree > core {
                        nodes[end] = node
                        end &+= 1
                        least = min(least, degree)
                    } else if degree == core {
                        found.nodes.append(node)
                    }
                }
                ends[block.lowerBound / size] = end
                fewest[block.lowerBound / size] = least
            }
            var kept = 0
            var least = Int32.max
            for block in 0..<blocks {
                let length = ends[block] - block * size
                (nodes + kept).update(from: nodes + block * size, count: length)
                kept += length
                least = min(least, fewest[block])
            }
            count = kept
            return least
        }
    }

    /// Takes nodes away: each thread from the neighbours in a part of all nodes, so that no two threads
    /// count down the neighbours of one node, or wait for each other's memory.
    private struct Peeling {
        let lists: SimpleLists
        let degrees: UnsafeMutablePointer<Int32>
        let cores: UnsafeMutablePointer<UInt32>
        let found: [FoundNodes]
        let parts: [Range<Int>]
        let sharedMin: Int

        /// Takes nodes away, and finds the neighbours that then have no more than `core` left.
        func peel(_ front: [UInt32], _ core: Int32, _ team: WorkTeam) throws(WorkStopped) {
            let parts = front.count < sharedMin ? [0..<lists.nodeCount] : parts
            try front.withUnsafeBufferPointer { (front) throws(WorkStopped) in
                try team.forEachBlock(of: parts.count, size: 1) { numbers, worker in
                    for number in numbers { peel(front, core, parts[number], found[worker]) }
                }
            }
        }

        private func peel(
            _ front: UnsafeBufferPointer<UInt32>, _ core: Int32, _ part: Range<Int>,
            _ found: FoundNodes
        ) {
            let (targets, degrees) = (lists.targets, degrees)
            for node in front {
                let edges = lists.range(of: Int(node))
                if part.contains(Int(node)) { cores[Int(node)] = UInt32(core) }
                var edge =
                    part.lowerBound == 0
                    ? edges.lowerBound : Self.first(of: targets, edges, from: part.lowerBound)
                while edge < edges.upperBound {
                    let neighbour = Int(targets[edge])
                    if neighbour >= part.upperBound { break }
                    let degree = degrees[neighbour]
                    if degree > core {
                        degrees[neighbour] = degree &- 1
                        if degree == core &+ 1 { found.nodes.append(targets[edge]) }
                    }
                    edge &+= 1
                }
            }
        }

        /// The first of some edges, which are sorted, that leads to a node from `start` on.
        @inline(__always)
        private static func first(
            of targets: UnsafePointer<UInt32>, _ edges: Range<Int>, from start: Int
        ) -> Int {
            var (low, high) = (edges.lowerBound, edges.upperBound)
            while low < high {
                let middle = (low &+ high) &>> 1
                if Int(targets[middle]) < start { low = middle &+ 1 } else { high = middle }
            }
            return low
        }
    }
}

extension AlgorithmProcedure {
    /// `algo.kCore`.
    static let coreNumbers = AlgorithmProcedure(
        "kCore", "The greatest k so that the node is in a part where all have k neighbours.",
        options: [], direction: nil, isWeighted: false,
        outputs: [.init("node", .node), .init("coreValue", .integer)]
    ) { (call) throws(QueryError) in
        let projection = try call.projection(.forward, direction: .both)
        let count = projection.nodes.count
        try call.reserve(projection.lists.edgeCount * 4 + count * 32)
        let cores = try call.computing { (team) throws(WorkStopped) in
            try CoreNumbers.numbers(try SimpleLists(projection.lists, team), team)
        }
        return AlgorithmRows(count: count, columns: [.nodes(projection.nodes), .counts(cores)])
    }
}
