import KithGraph

/// The triangles that each node is part of, and how much its neighbours are linked among themselves
/// (Watts and Strogatz 1998), in the graph of neighbours: directions, parallel relationships and those of
/// a node with itself do not count.
///
/// Each triangle is found once: edges are followed from nodes with fewer neighbours to those with more.
enum Triangles {
    private static let blockSize = 256

    /// The triangles of each node; O(*m* · √*m*).
    ///
    /// - Precondition: the lists lead both ways.
    static func counts(
        _ lists: SimpleLists, _ team: WorkTeam
    ) throws(WorkStopped) -> [Int64] {
        let count = lists.nodeCount
        let upward = try UpwardLists(lists, team)
        let tallies = (0..<team.count).map { _ in Tally(count) }
        try team.forEachBlock(of: count, size: blockSize) { block, worker in
            for node in block { tallies[worker].add(node, upward) }
        }
        var totals = [Int64](repeating: 0, count: count)
        for tally in tallies { for node in 0..<count { totals[node] += tally.counts[node] } }
        return totals
    }

    /// How many of the pairs of each node's neighbours are linked; 0 below two neighbours.
    static func coefficients(_ lists: SimpleLists, _ counts: [Int64]) -> [Double] {
        (0..<lists.nodeCount).map { node in
            let degree = Double(lists.degree(of: node))
            return degree < 2 ? 0 : 2 * Double(counts[node]) / (degree * (degree - 1))
        }
    }

    /// The edges that lead to nodes with more neighbours, or as many and a greater number.
    private final class UpwardLists: @unchecked Sendable {
        // Sendable: written only by its initializer.
        let starts: UnsafeMutablePointer<Int>
        let ends: UnsafeMutablePointer<Int>
        let targets: UnsafeMutablePointer<UInt32>

        init(_ lists: SimpleLists, _ team: WorkTeam) throws(WorkStopped) {
            let count = lists.nodeCount
            starts = .filled(count, 0)
            ends = .filled(count, 0)
            targets = .filled(lists.offsets[count], 0)
            try team.forEachBlock(of: count, size: 4_096) { block, _ in
                for node in block {
                    let degree = lists.degree(of: node)
                    starts[node] = lists.offsets[node]
                    var place = lists.offsets[node]
                    for edge in lists.range(of: node) {
                        let target = Int(lists.targets[edge])
                        let other = lists.degree(of: target)
                        if other < degree || (other == degree && target < node) { continue }
                        targets[place] = lists.targets[edge]
                        place += 1
                    }
                    ends[node] = place
                }
            }
        }

        deinit {
            starts.deallocate()
            ends.deallocate()
            targets.deallocate()
        }
    }

    /// What one thread counts.
    private final class Tally: @unchecked Sendable {
        // Sendable: used by one thread at a time.
        let counts: UnsafeMutablePointer<Int64>
        /// For each node, 1 more than the node whose neighbour it was last marked as.
        private let marks: UnsafeMutablePointer<UInt32>

        init(_ count: Int) {
            counts = .filled(count, 0)
            marks = .filled(count, 0)
        }

        deinit {
            counts.deallocate()
            marks.deallocate()
        }

        /// Counts the triangles that begin at a node.
        func add(_ node: Int, _ upward: UpwardLists) {
            let start = upward.starts[node]
            let end = upward.ends[node]
            if end - start < 2 { return }
            let marks = marks
            let targets = upward.targets
            let mark = UInt32(truncatingIfNeeded: node &+ 1)
            for edge in start..<end { marks[Int(targets[edge])] = mark }
            var own: Int64 = 0
            for edge in start..<end {
                let second = Int(targets[edge])
                var found: Int64 = 0
                var other = upward.starts[second]
                let otherEnd = upward.ends[second]
                while other < otherEnd {
                    let third = Int(targets[other])
                    if marks[third] == mark {
                        found &+= 1
                        counts[third] &+= 1
                    }
                    other &+= 1
                }
                counts[second] &+= found
                own &+= found
            }
            counts[node] &+= own
        }
    }
}

extension AlgorithmProcedure {
    /// `algo.triangles`.
    static let triangles = AlgorithmProcedure(
        "triangles", "The triangles of each node, and how linked its neighbours are.", options: [],
        direction: nil, isWeighted: false,
        outputs: [
            .init("node", .node), .init("triangles", .integer), .init("coefficient", .float),
        ]
    ) { (call) throws(QueryError) in
        let projection = try call.projection(.forward, direction: .both)
        let count = projection.nodes.count
        try call.reserve(projection.lists.edgeCount * 8 + count * (48 + 12 * call.team.count))
        let found = try call.computing { (team) throws(WorkStopped) in
            let lists = try SimpleLists(projection.lists, team)
            let counts = try Triangles.counts(lists, team)
            return (counts, Triangles.coefficients(lists, counts))
        }
        return AlgorithmRows(
            count: count,
            columns: [.nodes(projection.nodes), .integers(found.0), .floats(found.1)])
    }
}
