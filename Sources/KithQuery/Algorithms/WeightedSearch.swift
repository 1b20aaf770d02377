import KithGraph
import Synchronization

/// Distances by weight from one node on all threads: what lies near is followed, again where a shorter
/// way turns up, until nothing near is left; then some more of what lies far is near (Davidson, Baxter,
/// Garland and Owens 2014).
///
/// The distances are those of Dijkstra's algorithm, however many threads there are: the least that no
/// edge makes less.
final class WeightedSearch: @unchecked Sendable {
    // Sendable: what threads share is atomic, and each has a list of its own.

    private let lists: ProjectedLists
    private let weights: UnsafePointer<Double>
    /// The distance of each node as bits, which order like the numbers: none is below 0.
    private let distances: UnsafeMutablePointer<Atomic<UInt64>>
    /// From which distance each node was followed last.
    private let followed: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    private static let blockSize = 128
    private static let sampleSize = 4_096
    /// What is near spans so much of a weight, in the mean, for an edge of a node.
    private static let spanPerEdge = 8.0
    private static let infinite = Double.infinity.bitPattern

    /// What one thread finds.
    private final class Found: @unchecked Sendable {
        // Sendable: used by one thread at a time.
        var near: [UInt32] = []
        var far: [UInt32] = []
    }

    init(_ lists: ProjectedLists, _ weights: UnsafePointer<Double>) {
        self.lists = lists
        self.weights = weights
        count = lists.nodeCount
        distances = .allocate(capacity: max(count, 1))
        followed = .allocate(capacity: max(count, 1))
        for node in 0..<count {
            (distances + node).initialize(to: Atomic(Self.infinite))
            (followed + node).initialize(to: Atomic(Self.infinite))
        }
    }

    deinit {
        distances.deallocate()
        followed.deallocate()
    }

    @inline(__always)
    func distance(_ node: Int) -> Double {
        Double(bitPattern: distances[node].load(ordering: .relaxed))
    }

    /// Finds the distances of all nodes, or of those that are no further than `target`.
    func run(from source: Int, to target: Int?, _ team: WorkTeam) throws(WorkStopped) {
        let found = (0..<team.count).map { _ in Found() }
        let span = span()
        distances[source].store(0.0.bitPattern, ordering: .relaxed)
        var near = [UInt32(truncatingIfNeeded: source)]
        var far: [UInt32] = []
        var end = span
        while true {
            while !near.isEmpty {
                try follow(near, end, found, team)
                near.removeAll(keepingCapacity: true)
                for part in found {
                    near += part.near
                    far += part.far
                    part.near.removeAll(keepingCapacity: true)
                    part.far.removeAll(keepingCapacity: true)
                }
            }
            if let target, distance(target) < end { return }
            let before = end
            far.removeAll { distance(Int($0)) < before }
            guard let nearest = far.lazy.map({ self.distance(Int($0)) }).min() else { return }
            end = max(nearest + span, nearest.nextUp)
            near = far.filter { distance(Int($0)) < end }
        }
    }

    /// How far apart the distances are that are near at once.
    private func span() -> Double {
        let edges = lists.edgeCount
        guard edges > 0, count > 0 else { return .infinity }
        var total = 0.0
        let step = max(edges / Self.sampleSize, 1)
        var sampled = 0
        for edge in stride(from: 0, to: edges, by: step) {
            total += weights[edge]
            sampled += 1
        }
        let degree = max(Double(edges) / Double(count), 1)
        let span = total / Double(sampled) * max(Self.spanPerEdge / degree, 0.5)
        return span > 0 && span < .infinity ? span : .infinity
    }

    private func follow(
        _ near: [UInt32], _ end: Double, _ found: [Found], _ team: WorkTeam
    ) throws(WorkStopped) {
        try near.withUnsafeBufferPointer { (near) throws(WorkStopped) in
            try team.forEachBlock(of: near.count, size: Self.blockSize) { block, worker in
                for index in block { follow(Int(near[index]), end, found[worker]) }
            }
        }
    }

    @inline(__always)
    private func follow(_ node: Int, _ end: Double, _ found: Found) {
        let bits = distances[node].load(ordering: .relaxed)
        // It may be on the lists more than once.
        if followed[node].exchange(bits, ordering: .relaxed) == bits { return }
        let distance = Double(bitPattern: bits)
        for edge in lists.range(of: node) {
            let next = Int(lists.targets[edge])
            let total = distance + weights[edge]
            var known = distances[next].load(ordering: .relaxed)
            while total < Double(bitPattern: known) {
                let (isDone, original) = distances[next].compareExchange(
                    expected: known, desired: total.bitPattern, ordering: .relaxed)
                if isDone {
                    if total < end {
                        found.near.append(lists.targets[edge])
                    } else {
                        found.far.append(lists.targets[edge])
                    }
                    break
                }
                known = original
            }
        }
    }

    /// The node before each on its path, of several the smallest; nil where an edge leads to a node as
    /// far away as the one it comes from, so that the order in which nodes are found matters.
    func predecessors(upTo limit: Double, _ team: WorkTeam) throws(WorkStopped) -> [UInt32]? {
        let before = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: max(count, 1))
        defer { before.deallocate() }
        for node in 0..<count { (before + node).initialize(to: Atomic(ProjectedNodes.missing)) }
        let isOrdered = Atomic<Bool>(true)
        try team.forEachBlock(of: count, size: Self.blockSize * 8) { block, _ in
            for node in block {
                let distance = distance(node)
                guard distance <= limit, distance < .infinity else { continue }
                for edge in lists.range(of: node) {
                    let next = Int(lists.targets[edge])
                    guard distance + weights[edge] == self.distance(next), next != node else {
                        continue
                    }
                    if self.distance(next) == distance {
                        isOrdered.store(false, ordering: .relaxed)
                    } else {
                        Self.lower(before + next, to: UInt32(truncatingIfNeeded: node))
                    }
                }
            }
        }
        guard isOrdered.load(ordering: .relaxed) else { return nil }
        return (0..<count).map { before[$0].load(ordering: .relaxed) }
    }

    /// Makes a number at most `node`. (`Atomic.min` takes unsigned numbers for signed ones.)
    @inline(__always)
    static func lower(_ place: UnsafeMutablePointer<Atomic<UInt32>>, to node: UInt32) {
        var known = place.pointee.load(ordering: .relaxed)
        while node < known {
            let (isDone, original) = place.pointee.compareExchange(
                expected: known, desired: node, ordering: .relaxed)
            if isDone { return }
            known = original
        }
    }
}
