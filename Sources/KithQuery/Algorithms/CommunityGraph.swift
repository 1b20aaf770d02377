import KithGraph

/// An undirected weighted graph on one level of community detection: the nodes of a projection at first,
/// then the communities found so far.
///
/// An edge from a node to itself is not in the lists, but in ``loops``.
final class CommunityGraph: @unchecked Sendable {
    // Sendable: written only by those who make it.

    let nodeCount: Int
    let offsets: UnsafeMutablePointer<Int>
    let targets: UnsafeMutablePointer<UInt32>
    /// The weight of each edge; nil where all are 1.
    let weights: UnsafeMutablePointer<Double>?
    /// The weight within each node: of an edge to itself once, of an edge between two that it stands
    /// for twice.
    let loops: UnsafeMutablePointer<Double>
    /// The weights of all ends at each node.
    let strengths: UnsafeMutablePointer<Double>
    /// The sum of ``strengths``: twice the weight of all edges.
    private(set) var total = 0.0

    static let blockSize = 4_096

    init(nodeCount: Int, edgeCount: Int, isWeighted: Bool) {
        self.nodeCount = nodeCount
        offsets = .filled(nodeCount + 1, 0)
        targets = .allocate(capacity: max(edgeCount, 1))
        weights = isWeighted ? .allocate(capacity: max(edgeCount, 1)) : nil
        loops = .filled(nodeCount, 0)
        strengths = .filled(nodeCount, 0)
    }

    deinit {
        offsets.deallocate()
        targets.deallocate()
        weights?.deallocate()
        loops.deallocate()
        strengths.deallocate()
    }

    /// The number of edges, each counted at both ends.
    var edgeCount: Int { offsets[nodeCount] }

    /// Copies the lists of a projection that lead both ways.
    convenience init(_ lists: ProjectedLists, _ team: WorkTeam) throws(WorkStopped) {
        self.init(
            nodeCount: lists.nodeCount, edgeCount: lists.edgeCount,
            isWeighted: lists.weights != nil)
        // Where a node's edges go depends on the edges to themselves of those before it.
        try team.forEachBlock(of: nodeCount, size: Self.blockSize) { block, _ in
            for node in block {
                var count = 0
                for edge in lists.range(of: node) {
                    count &+= Int(lists.targets[edge]) == node ? 0 : 1
                }
                offsets[node &+ 1] = count
            }
        }
        for node in 0..<nodeCount { offsets[node &+ 1] &+= offsets[node] }
        try team.forEachBlock(of: nodeCount, size: Self.blockSize) { block, _ in
            for node in block { copy(lists, node) }
        }
        try finish(team)
    }

    private func copy(_ lists: ProjectedLists, _ node: Int) {
        var place = offsets[node]
        for edge in lists.range(of: node) {
            let weight = lists.weights.map { $0[edge] } ?? 1
            if Int(lists.targets[edge]) == node {
                loops[node] += 2 * weight
                continue
            }
            targets[place] = lists.targets[edge]
            weights?[place] = weight
            place &+= 1
        }
    }

    /// Adds up the weights, once all edges are in place.
    func finish(_ team: WorkTeam) throws(WorkStopped) {
        let count = nodeCount
        try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block {
                guard let weights else {
                    strengths[node] = loops[node] + Double(offsets[node &+ 1] &- offsets[node])
                    continue
                }
                var sum = loops[node]
                for edge in offsets[node]..<offsets[node &+ 1] { sum += weights[edge] }
                strengths[node] = sum
            }
        }
        var sum = 0.0
        for node in 0..<count { sum += strengths[node] }
        total = sum
    }
}

extension CommunityGraph {
    /// The graph of communities: `communities` gives each node's, numbered from 0 to below `count`.
    ///
    /// Sums run over the nodes of a community in their order, whichever thread adds them up.
    func merged(
        _ communities: UnsafeMutablePointer<UInt32>, count: Int, _ scratch: [CommunityLinks],
        _ team: WorkTeam
    ) throws(WorkStopped) -> CommunityGraph {
        let starts = UnsafeMutablePointer<Int>.filled(count + 1, 0)
        let members = UnsafeMutablePointer<UInt32>.filled(nodeCount, 0)
        defer {
            starts.deallocate()
            members.deallocate()
        }
        for node in 0..<nodeCount { starts[Int(communities[node]) + 1] += 1 }
        for community in 0..<count { starts[community + 1] += starts[community] }
        let next = UnsafeMutablePointer<Int>.filled(count, 0)
        defer { next.deallocate() }
        next.update(from: starts, count: count)
        for node in 0..<nodeCount {
            let community = Int(communities[node])
            members[next[community]] = UInt32(truncatingIfNeeded: node)
            next[community] &+= 1
        }
        let blockSize = max(1, min(256, count / (team.count * 8)))
        let parts = (0..<(count + blockSize - 1) / blockSize).map { _ in MergedPart() }
        try team.forEachBlock(of: count, size: blockSize) { block, worker in
            let part = parts[block.lowerBound / blockSize]
            for community in block {
                part.add(
                    community, members + starts[community],
                    starts[community + 1] - starts[community], self, communities, scratch[worker])
            }
        }
        let edges = parts.reduce(0) { $0 + $1.targets.count }
        let result = CommunityGraph(nodeCount: count, edgeCount: edges, isWeighted: true)
        var places: [Int] = []
        var end = 0
        for part in parts {
            places.append(end)
            end += part.targets.count
        }
        try team.forEachBlock(of: parts.count, size: 1) { numbers, _ in
            for number in numbers {
                parts[number].copy(
                    to: result, from: places[number], community: number * blockSize)
            }
        }
        try result.finish(team)
        return result
    }
}

/// The lists of some communities, while their graph is made.
private final class MergedPart: @unchecked Sendable {
    // Sendable: one thread fills it, and others read it after that.
    @exclusivity(unchecked) var degrees: [Int] = []
    @exclusivity(unchecked) var loops: [Double] = []
    @exclusivity(unchecked) var targets: [UInt32] = []
    @exclusivity(unchecked) var weights: [Double] = []

    /// Writes the lists to a graph, from an edge and a community on.
    func copy(to graph: CommunityGraph, from start: Int, community first: Int) {
        (graph.targets + start).update(from: targets, count: targets.count)
        graph.weights?.advanced(by: start).update(from: weights, count: weights.count)
        var place = start
        for community in degrees.indices {
            place += degrees[community]
            graph.offsets[first + community + 1] = place
            graph.loops[first + community] = loops[community]
        }
    }

    func add(
        _ community: Int, _ members: UnsafeMutablePointer<UInt32>, _ count: Int,
        _ graph: CommunityGraph, _ communities: UnsafeMutablePointer<UInt32>,
        _ links: CommunityLinks
    ) {
        var loop = 0.0
        for member in 0..<count {
            let node = Int(members[member])
            loop += graph.loops[node]
            links.add(graph, node, communities)
        }
        let first = targets.count
        for index in 0..<links.count {
            let other = links.found[index]
            if Int(other) == community {
                loop += links.weights[Int(other)]
            } else {
                targets.append(other)
                weights.append(links.weights[Int(other)])
            }
        }
        links.clear()
        degrees.append(targets.count - first)
        loops.append(loop)
    }
}
