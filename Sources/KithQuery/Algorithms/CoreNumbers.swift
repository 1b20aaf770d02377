import KithGraph
import Synchronization

/// How deep in the graph each node lies: the greatest *k* for which it belongs to a part in which every
/// node has at least *k* neighbours (Seidman 1983).
///
/// Nodes are peeled off, those with fewest neighbours first; all that go at one *k* go at once.
enum CoreNumbers {
    private static let blockSize = 512

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
        var left = (0..<UInt32(count)).map { $0 }
        var core: Int32 = 0
        while !left.isEmpty {
            try team.checkpoint()
            var front: [UInt32] = []
            var rest: [UInt32] = []
            var next = Int32.max
            for node in left {
                let degree = degrees[Int(node)].load(ordering: .relaxed)
                if degree <= core {
                    front.append(node)
                } else {
                    rest.append(node)
                    next = min(next, degree)
                }
            }
            if front.isEmpty {
                core = next
                continue
            }
            left = rest
            var peeled = 0
            while !front.isEmpty {
                peeled += front.count
                try peel(front, core, lists, degrees, cores, found, team)
                front = found.flatMap { $0.take() }
            }
            // Those that went with their neighbours are still in the list.
            if peeled > 0 { left.removeAll { degrees[Int($0)].load(ordering: .relaxed) <= core } }
            core += 1
        }
        return Array(copying: cores, count: count)
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
        var nodes: [UInt32] = []

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
