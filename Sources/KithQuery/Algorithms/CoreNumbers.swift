import KithGraph
import Synchronization

/// How deep in the graph each node lies: the greatest *k* for which it belongs to a part in which every
/// node has at least *k* neighbours (Seidman 1983).
///
/// Nodes are peeled off, those with fewest neighbours first; all that go at one *k* go at once.
enum CoreNumbers {
    private static let blockSize = 128

    /// The core number of each node; O(*m* + *n* · the greatest one).
    ///
    /// - Precondition: the lists lead both ways.
    static func numbers(
        _ lists: SimpleLists, _ team: WorkTeam
    ) throws(WorkStopped) -> [UInt32] {
        let count = lists.nodeCount
        let degrees = UnsafeMutablePointer<Atomic<Int32>>.allocate(capacity: max(count, 1))
        let cores = UnsafeMutablePointer<UInt32>.filled(count, 0)
        defer {
            degrees.deallocate()
            cores.deallocate()
        }
        for node in 0..<count {
            (degrees + node).initialize(
                to: Atomic(Int32(truncatingIfNeeded: lists.degree(of: node))))
        }
        let found = (0..<team.count).map { _ in Found() }
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
                try peel(front, core, lists, degrees, cores, found, team)
                front = found.flatMap { $0.take() }
            }
            core += 1
        }
        return Array(copying: cores, count: count)
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
            _ core: Int32, _ degrees: UnsafeMutablePointer<Atomic<Int32>>, _ found: [Found],
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
                var end = block.lowerBound
                var least = Int32.max
                for index in block {
                    let node = nodes[index]
                    let degree = degrees[Int(node)].load(ordering: .relaxed)
                    if degree > core {
                        nodes[end] = node
                        end &+= 1
                        least = min(least, degree)
                    } else if degree == core {
                        found[worker].nodes.append(node)
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

    /// Takes nodes away, and finds the neighbours that then have no more than `core` left.
    private static func peel(
        _ front: [UInt32], _ core: Int32, _ lists: SimpleLists,
        _ degrees: UnsafeMutablePointer<Atomic<Int32>>, _ cores: UnsafeMutablePointer<UInt32>,
        _ found: [Found], _ team: WorkTeam
    ) throws(WorkStopped) {
        try front.withUnsafeBufferPointer { (front) throws(WorkStopped) in
            try team.forEachBlock(of: front.count, size: blockSize) { block, worker in
                for index in block {
                    let node = Int(front[index])
                    cores[node] = UInt32(core)
                    for edge in lists.range(of: node) {
                        let neighbour = lists.targets[edge]
                        let degree = degrees[Int(neighbour)].load(ordering: .relaxed)
                        if degree <= core { continue }
                        let (old, _) = degrees[Int(neighbour)].subtract(1, ordering: .relaxed)
                        if old == core + 1 { found[worker].nodes.append(neighbour) }
                    }
                }
            }
        }
    }

    /// What one thread finds.
    private final class Found: @unchecked Sendable {
        // Sendable: used by one thread at a time.
        @exclusivity(unchecked) var nodes: [UInt32] = []

        func take() -> [UInt32] {
            defer { nodes = [] }
            return nodes
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
