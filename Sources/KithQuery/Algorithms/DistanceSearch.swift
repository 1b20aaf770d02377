import KithGraph

/// Shortest paths from one node to all others, one source after the other; belongs to one thread.
final class DistanceSearch: @unchecked Sendable {
    // Sendable: used by one thread at a time.

    /// The distance of each node from the source; infinite where no path leads.
    let distances: UnsafeMutablePointer<Double>
    /// The number of shortest paths to each node, if they are counted.
    let pathCounts: UnsafeMutablePointer<Double>
    /// The nodes that were reached, nearest first.
    let order: UnsafeMutablePointer<UInt32>
    private(set) var reached = 0
    private var heap: NodeHeap
    private let isSettled: UnsafeMutablePointer<UInt8>

    init(nodeCount: Int) {
        distances = .filled(nodeCount, .infinity)
        pathCounts = .filled(nodeCount, 0)
        order = .filled(nodeCount, 0)
        isSettled = .filled(nodeCount, 0)
        heap = NodeHeap()
    }

    deinit {
        distances.deallocate()
        pathCounts.deallocate()
        order.deallocate()
        isSettled.deallocate()
    }

    /// The memory of one search.
    static func sizeInBytes(nodeCount: Int) -> Int { nodeCount * 24 }

    /// Forgets the last source and searches from another.
    ///
    /// - Precondition: weights are above 0.
    func search(_ lists: SimpleLists, from source: Int) {
        for index in 0..<reached {
            let node = Int(order[index])
            distances[node] = .infinity
            pathCounts[node] = 0
            isSettled[node] = 0
        }
        reached = 0
        distances[source] = 0
        pathCounts[source] = 1
        if let weights = lists.weights {
            searchByWeight(lists, weights, source)
        } else {
            searchByLevels(lists, source)
        }
    }

    private func searchByLevels(_ lists: SimpleLists, _ source: Int) {
        order[0] = UInt32(truncatingIfNeeded: source)
        reached = 1
        var place = 0
        while place < reached {
            let node = Int(order[place])
            place &+= 1
            let distance = distances[node] + 1
            let paths = pathCounts[node]
            for edge in lists.range(of: node) {
                let target = Int(lists.targets[edge])
                if distances[target] == .infinity {
                    distances[target] = distance
                    order[reached] = UInt32(truncatingIfNeeded: target)
                    reached &+= 1
                }
                if distances[target] == distance { pathCounts[target] += paths }
            }
        }
    }

    private func searchByWeight(
        _ lists: SimpleLists, _ weights: UnsafePointer<Double>, _ source: Int
    ) {
        heap.removeAll()
        heap.insert(UInt32(truncatingIfNeeded: source), 0)
        while let (node, distance) = heap.removeFirst() {
            let position = Int(node)
            if isSettled[position] != 0 { continue }
            isSettled[position] = 1
            order[reached] = node
            reached &+= 1
            for edge in lists.range(of: position) {
                let target = Int(lists.targets[edge])
                let total = distance + weights[edge]
                if total < distances[target] {
                    distances[target] = total
                    pathCounts[target] = pathCounts[position]
                    heap.insert(UInt32(truncatingIfNeeded: target), total)
                } else if total == distances[target] {
                    pathCounts[target] += pathCounts[position]
                }
            }
        }
    }
}

/// Nodes by distance, the nearest first, of equally near ones that of the smallest number.
struct NodeHeap {
    private var entries: [(distance: Double, node: UInt32)] = []

    var isEmpty: Bool { entries.isEmpty }

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    @inline(__always)
    private static func isBefore(
        _ left: (distance: Double, node: UInt32), _ right: (distance: Double, node: UInt32)
    ) -> Bool {
        left.distance < right.distance
            || (left.distance == right.distance && left.node < right.node)
    }

    mutating func insert(_ node: UInt32, _ distance: Double) {
        entries.append((distance, node))
        entries.withUnsafeMutableBufferPointer { entries in
            var place = entries.count - 1
            let entry = entries[place]
            while place > 0 {
                let above = (place - 1) / 2
                guard Self.isBefore(entry, entries[above]) else { break }
                entries[place] = entries[above]
                place = above
            }
            entries[place] = entry
        }
    }

    mutating func removeFirst() -> (node: UInt32, distance: Double)? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries.withUnsafeMutableBufferPointer { entries in
                var place = 0
                let count = entries.count
                while true {
                    var below = 2 * place + 1
                    if below >= count { break }
                    if below + 1 < count, Self.isBefore(entries[below + 1], entries[below]) {
                        below += 1
                    }
                    guard Self.isBefore(entries[below], last) else { break }
                    entries[place] = entries[below]
                    place = below
                }
                entries[place] = last
            }
        }
        return (first.node, first.distance)
    }
}
