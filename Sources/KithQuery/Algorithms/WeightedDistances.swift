import KithGraph
import Synchronization

/// The distances of all nodes from one along weighted edges, by all threads: those within a bound first,
/// in rounds, then those within the next one (the near and the far pile of Davidson, Baxter, Garland and
/// Owens 2014).
///
/// A distance is lowered as long as some edge lowers it. What comes out is the least there is, whatever
/// the order: adding a weight, as computers round it, never turns a smaller distance into a greater one.
final class WeightedDistances {
    private let lists: ProjectedLists
    private let weights: UnsafePointer<Double>
    private let source: Int
    private let team: WorkTeam
    /// The distance of each node as the bits of a float, which are in the order of the numbers.
    private let distances: UnsafeMutablePointer<Atomic<UInt64>>
    /// In which of the piles a node waits.
    private let waiting: UnsafeMutablePointer<Atomic<UInt8>>
    private let foundNear: [FoundNodes]
    private let foundFar: [FoundNodes]

    private static let near: UInt8 = 1
    private static let far: UInt8 = 2
    private static let blockSize = 256
    private static let largeBlockSize = 8_192
    /// The step from bound to bound doubles while it brings fewer than this share of those that wait.
    private static let shareMin = 64

    /// - Precondition: `lists` has weights, none below 0.
    init(
        _ lists: ProjectedLists, _ weights: UnsafePointer<Double>, source: Int, _ team: WorkTeam
    ) throws(WorkStopped) {
        self.lists = lists
        self.weights = weights
        self.source = source
        self.team = team
        let count = max(lists.nodeCount, 1)
        let distances = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: count)
        let waiting = UnsafeMutablePointer<Atomic<UInt8>>.allocate(capacity: count)
        self.distances = distances
        self.waiting = waiting
        foundNear = (0..<team.count).map { _ in FoundNodes() }
        foundFar = (0..<team.count).map { _ in FoundNodes() }
        try team.forEachBlock(of: count, size: Self.largeBlockSize) { block, _ in
            for node in block {
                (distances + node).initialize(to: Atomic(Double.infinity.bitPattern))
                (waiting + node).initialize(to: Atomic(0))
            }
        }
    }

    deinit {
        distances.deallocate()
        waiting.deallocate()
    }

    /// The distance of a node; infinite where none leads.
    func distance(_ node: Int) -> Double {
        Double(bitPattern: distances[node].load(ordering: .relaxed))
    }

    /// Finds all distances.
    func find() throws(WorkStopped) {
        distances[source].store(0, ordering: .relaxed)
        var step = firstStep()
        var bound = step
        var near = [UInt32(truncatingIfNeeded: source)]
        var far: [UInt32] = []
        while true {
            while !near.isEmpty {
                try relax(near, within: bound)
                near = foundNear.flatMap { $0.take() }
            }
            far += foundFar.flatMap { $0.take() }
            try team.checkpoint()
            // Those below the bound have been in the near pile since.
            let least = far.lazy.map { self.distance(Int($0)) }.filter { $0 >= bound }.min()
            guard let least else { return }
            let next = max(least + step, least.nextUp)
            split(&far, &near, from: bound, to: next)
            bound = next
            if near.count * Self.shareMin < far.count { step *= 2 }
        }
    }

    /// So far does a node of mean degree reach with two edges of mean weight.
    private func firstStep() -> Double {
        guard lists.edgeCount > 0 else { return 1 }
        var sum = 0.0
        let stride = max(lists.edgeCount / 1_024, 1)
        var edge = 0
        var looked = 0.0
        while edge < lists.edgeCount {
            sum += weights[edge]
            looked += 1
            edge += stride
        }
        let degree = max(Double(lists.edgeCount) / Double(max(lists.nodeCount, 1)), 1)
        let step = 2 * sum / looked / degree
        return step > 0 ? step : 1
    }

    /// Lowers the distances of the neighbours of some nodes, and notes where they now wait.
    private func relax(_ nodes: [UInt32], within bound: Double) throws(WorkStopped) {
        let (lists, weights, distances, waiting) = (lists, weights, distances, waiting)
        let (foundNear, foundFar) = (foundNear, foundFar)
        try nodes.withUnsafeBufferPointer { (nodes) throws(WorkStopped) in
            try team.forEachBlock(of: nodes.count, size: Self.blockSize) { block, worker in
                let (foundNear, foundFar) = (foundNear[worker], foundFar[worker])
                for index in block {
                    let node = Int(nodes[index])
                    // Before the distance is read: who lowers it later lets the node wait again.
                    _ = waiting[node].bitwiseAnd(~Self.near, ordering: .acquiringAndReleasing)
                    let distance = Double(
                        bitPattern: distances[node].load(ordering: .acquiring))
                    for edge in lists.range(of: node) {
                        let target = lists.targets[edge]
                        let total = distance + weights[edge]
                        guard Self.lower(distances + Int(target), to: total.bitPattern) else {
                            continue
                        }
                        let pile = total < bound ? Self.near : Self.far
                        let before = waiting[Int(target)].bitwiseOr(
                            pile, ordering: .acquiringAndReleasing
                        ).oldValue
                        if before & pile != 0 { continue }
                        if pile == Self.near {
                            foundNear.nodes.append(target)
                        } else {
                            foundFar.nodes.append(target)
                        }
                    }
                }
            }
        }
    }

    /// Makes a distance at most `bits`; false where it is already.
    @inline(__always)
    private static func lower(
        _ place: UnsafeMutablePointer<Atomic<UInt64>>, to bits: UInt64
    ) -> Bool {
        var known = place.pointee.load(ordering: .relaxed)
        while bits < known {
            let (isDone, original) = place.pointee.compareExchange(
                expected: known, desired: bits, ordering: .acquiringAndReleasing)
            if isDone { return true }
            known = original
        }
        return false
    }

    /// Moves the far nodes between two bounds to the near pile, and forgets those below both.
    private func split(
        _ far: inout [UInt32], _ near: inout [UInt32], from bound: Double, to next: Double
    ) {
        var kept = 0
        for index in far.indices {
            let node = Int(far[index])
            let distance = distance(node)
            if distance >= next {
                far[kept] = far[index]
                kept += 1
                continue
            }
            waiting[node].store(distance >= bound ? Self.near : 0, ordering: .relaxed)
            if distance >= bound { near.append(far[index]) }
        }
        far.removeLast(far.count - kept)
    }

    /// The distances, and the node before each on its shortest path, the one of the smallest number; nil
    /// where some path goes on without getting longer, so that the order in which nodes are reached
    /// matters.
    func tree() throws(WorkStopped) -> ShortestPaths.Tree? {
        let count = lists.nodeCount
        let before = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: max(count, 1))
        defer { before.deallocate() }
        try team.forEachBlock(of: count, size: Self.largeBlockSize) { block, _ in
            for node in block { (before + node).initialize(to: Atomic(ProjectedNodes.missing)) }
        }
        let (lists, weights, source) = (lists, weights, source)
        let standsStill = Atomic<Bool>(false)
        try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block {
                let distance = distance(node)
                guard distance < .infinity else { continue }
                for edge in lists.range(of: node) {
                    let target = Int(lists.targets[edge])
                    let reached = self.distance(target)
                    guard target != node, target != source, distance + weights[edge] == reached,
                        reached < .infinity
                    else { continue }
                    if distance == reached { standsStill.store(true, ordering: .relaxed) }
                    ShortestPaths.lower(before + target, to: UInt32(truncatingIfNeeded: node))
                }
            }
        }
        if standsStill.load(ordering: .relaxed) { return nil }
        return try ShortestPaths.tree(count, team) { node in
            (distance(node), before[node].load(ordering: .relaxed))
        }
    }
}
