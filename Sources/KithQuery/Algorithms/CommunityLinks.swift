/// The weights of edges to communities, added up; belongs to one thread.
final class CommunityLinks: @unchecked Sendable {
    // Sendable: used by one thread at a time.

    /// The weight of the edges to each community; 0 for those not in ``found``.
    let weights: UnsafeMutablePointer<Double>
    /// The communities with edges, in the order in which they were found.
    let found: UnsafeMutablePointer<UInt32>
    @exclusivity(unchecked) private(set) var count = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        // No weight is as small as the mark of a community that was not found.
        weights = .filled(capacity, Self.missing)
        found = .filled(capacity + 1, 0)
    }

    deinit {
        weights.deallocate()
        found.deallocate()
    }

    private static let missing = -1.0

    /// The weight of the edges to a community.
    @inline(__always)
    func weight(of community: UInt32) -> Double { max(weights[Int(community)], 0) }

    /// Adds the edges of a node.
    @inline(__always)
    func add(
        _ graph: CommunityGraph, _ node: Int, _ communities: UnsafeMutablePointer<UInt32>
    ) {
        let start = graph.offsets[node]
        add(
            graph.targets + start, graph.weights.map { UnsafePointer($0 + start) },
            count: graph.offsets[node &+ 1] &- start, communities)
    }

    /// Adds edges to nodes, of weight 1 where `edgeWeights` is nil.
    @inline(__always)
    func add(
        _ targets: UnsafePointer<UInt32>, _ edgeWeights: UnsafePointer<Double>?, count edges: Int,
        _ communities: UnsafeMutablePointer<UInt32>
    ) {
        let weights = weights
        let found = found
        var count = count
        var edge = 0
        while edge < edges {
            let community = communities[Int(targets[edge])]
            let old = weights[Int(community)]
            found[count] = community
            count &+= old < 0 ? 1 : 0
            weights[Int(community)] = (old < 0 ? 0 : old) + (edgeWeights.map { $0[edge] } ?? 1)
            edge &+= 1
        }
        self.count = count
    }

    /// Forgets all edges.
    @inline(__always)
    func clear() {
        for index in 0..<count { weights[Int(found[index])] = Self.missing }
        count = 0
    }
}
