import CShims
import KithGraph
import Synchronization

/// The distances of all nodes from one along weighted edges, by all threads: those within a bound first,
/// in rounds, then those within the next one (the near and the far pile of Davidson, Baxter, Garland and
/// Owens 2014). Each thread lowers the distances of its own part (``NodeParts``).
///
/// A distance is lowered as long as some edge lowers it. What comes out is the least there is, whatever
/// the order: adding a weight, as computers round it, never turns a smaller distance into a greater one.
final class WeightedDistances {
    private let lists: EdgeLists
    private let weights: UnsafePointer<Double>
    private let source: Int
    private let team: WorkTeam
    /// The near pile.
    private let front: SearchFront
    /// What is known of each node.
    private let places: UnsafeMutablePointer<Place>
    /// The far piles of the parts, each where its part's nodes are.
    private let far: UnsafeMutablePointer<UInt32>
    private let piles: UnsafeMutablePointer<Pile>

    /// A far pile, in a line of the cache of its own.
    private struct Pile {
        var count = 0
        /// The least distance from the bound on.
        var least = UInt64.max
        /// Whether some path went on without getting longer.
        var standsStill = false
        private var padding: (Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0)
    }

    /// What is known of a node, side by side, so that an edge to it touches one line of the cache.
    private struct Place: ~Copyable {
        /// The distance as the bits of a float, which are in the order of the numbers. Changed by the
        /// thread of the node's part, while others read it: who lowers it lets the node wait for another
        /// round.
        let distance = Atomic<UInt64>(Double.infinity.bitPattern)
        /// The node of the smallest number that this distance was reached from.
        var before = ProjectedNodes.missing
        /// The piles that the node waits in; the near one only until its round is over.
        var waiting: UInt32 = 0
    }

    private static let near: UInt32 = 1
    private static let far: UInt32 = 2
    /// The step from bound to bound doubles while it brings fewer than this share of those that wait.
    private static let shareMin = 64

    /// - Precondition: `lists` has weights, none below 0.
    init(
        _ lists: EdgeLists, source: Int, _ team: WorkTeam, sharedMin: Int
    ) throws(WorkStopped) {
        guard let weights = lists.weights else { preconditionFailure("lists without weights") }
        self.lists = lists
        self.weights = weights
        self.source = source
        self.team = team
        let parts = NodeParts(lists, team)
        front = SearchFront(parts, lists, team, sharedMin: sharedMin)
        let count = max(lists.nodeCount, 1)
        let places = UnsafeMutablePointer<Place>.allocate(capacity: count)
        self.places = places
        far = .allocate(capacity: count + parts.count)
        piles = .allocate(capacity: parts.count)
        piles.initialize(repeating: Pile(), count: parts.count)
        try team.forEachPart(of: parts.count) { part in
            for node in parts.ranges[part] { (places + node).initialize(to: Place()) }
        }
    }

    deinit {
        places.deallocate()
        far.deallocate()
        piles.deallocate()
    }

    /// The distance of a node as bits; those of infinity where none leads.
    @inline(__always)
    private func bits(_ node: Int) -> UInt64 {
        places[node].distance.load(ordering: .relaxed)
    }

    /// Finds all distances.
    func find() throws(WorkStopped) {
        places[source].distance.store(0, ordering: .relaxed)
        front.begin(with: source)
        var step = firstStep()
        var bound = step
        while true {
            while front.count > 0 {
                try front.round { part in relax(part, within: bound.bitPattern) }
            }
            let parts = front.parts.indices
            let waiting = parts.reduce(0) { $0 + piles[$1].count }
            try front.forEachPart(of: waiting) { part in
                piles[part].least = leastFar(part, from: bound.bitPattern)
            }
            let least = parts.map { piles[$0].least }.min() ?? .max
            guard least < .max else { return }
            let start = Double(bitPattern: least)
            let next = max(start + step, start.nextUp)
            try front.round(of: waiting) { part in
                split(part, from: bound.bitPattern, to: next.bitPattern)
            }
            bound = next
            let left = parts.reduce(0) { $0 + piles[$1].count }
            if front.count * Self.shareMin < left { step *= 2 }
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

    private func farPile(_ part: Int) -> UnsafeMutablePointer<UInt32> {
        far + front.parts[part].lowerBound + part
    }

    /// Lowers the distances of the front's neighbours in a part, and notes where they now wait.
    ///
    /// Of the nodes that a distance is reached from the smallest stays: each of them is followed once more
    /// when its own distance is the least, and what was noted with a greater one is noted anew.
    private func relax(_ part: Int, within bound: UInt64) {
        let (weights, places) = (weights, places)
        let (nearRoom, farRoom) = (front.room(part), farPile(part))
        var (nearCount, farCount) = (0, piles[part].count)
        var stands = 0
        front.follow(lists, to: part) { node in
            kith_prefetch(places + node)
        } begin: { node in
            (
                distance: Double(bitPattern: places[node].distance.load(ordering: .relaxed)),
                node: UInt32(truncatingIfNeeded: node)
            )
        } visit: { origin, edge, target in
            let place = places + target
            let total = (origin.distance + weights[edge]).bitPattern
            let known = place.pointee.distance.load(ordering: .relaxed)
            place.pointee.distance.store(min(total, known), ordering: .relaxed)
            let isLess = kith_bool_to_int(total < known)
            let isSame =
                kith_bool_to_int(total == known) & kith_bool_to_int(target != Int(origin.node))
            // All ones where a number is not to count.
            let candidate = origin.node | UInt32(truncatingIfNeeded: (isLess | isSame) &- 1)
            let other = place.pointee.before | UInt32(truncatingIfNeeded: 0 &- isLess)
            place.pointee.before = min(other, candidate)
            stands |= (isLess | isSame) & kith_bool_to_int(total == origin.distance.bitPattern)
            let pile = 1 &+ kith_bool_to_int(total >= bound)
            let before = Int(place.pointee.waiting)
            let added = pile & ~before & (0 &- isLess)
            place.pointee.waiting = UInt32(truncatingIfNeeded: before | added)
            nearRoom[nearCount] = UInt32(truncatingIfNeeded: target)
            nearCount &+= added & 1
            farRoom[farCount] = UInt32(truncatingIfNeeded: target)
            farCount &+= added &>> 1
        }
        if stands != 0 { piles[part].standsStill = true }
        piles[part].count = farCount
        front.order(nearCount, part)
        front.found(nearCount, part)
        for index in 0..<nearCount { places[Int(nearRoom[index])].waiting &= ~Self.near }
    }

    /// The least distance in a far pile that is not below the bound: those below have been in the near pile
    /// since.
    private func leastFar(_ part: Int, from bound: UInt64) -> UInt64 {
        let pile = farPile(part)
        var least = UInt64.max
        for index in 0..<piles[part].count {
            let bits = bits(Int(pile[index]))
            least = min(least, bits >= bound ? bits : .max)
        }
        return least
    }

    /// Moves the nodes of a far pile between two bounds to the near pile, and forgets those below both.
    private func split(_ part: Int, from bound: UInt64, to next: UInt64) {
        let (pile, room) = (farPile(part), front.room(part))
        var (kept, moved) = (0, 0)
        for index in 0..<piles[part].count {
            let node = pile[index]
            let bits = bits(Int(node))
            pile[kept] = node
            room[moved] = node
            places[Int(node)].waiting = bits >= next ? Self.far : 0
            kept &+= kith_bool_to_int(bits >= next)
            moved &+= kith_bool_to_int(bits >= bound && bits < next)
        }
        piles[part].count = kept
        front.order(moved, part)
        front.found(moved, part)
    }

    /// The distances, and the node before each on its shortest path, the one of the smallest number; nil
    /// where some path goes on without getting longer, so that the order in which nodes are reached
    /// matters.
    func tree() throws(WorkStopped) -> PathTree? {
        if front.parts.indices.contains(where: { piles[$0].standsStill }) { return nil }
        let places = places
        return try PathTree(lists.nodeCount, team) { node in
            let distance = Double(
                bitPattern: places[node].distance.load(ordering: .relaxed))
            return (
                distance, distance < .infinity ? places[node].before : ProjectedNodes.missing
            )
        }
    }
}
