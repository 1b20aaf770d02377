import KithValues

extension ProjectionBuilder {
    /// Outgoing lists with weights turned round, or merged with themselves turned round.
    func turned(
        _ outgoing: ProjectedLists, _ direction: Direction, _ nodes: ProjectedNodes,
        _ reserve: Reserve
    ) throws(ProjectionError) -> ProjectedLists {
        let size = ListRoom.sizeInBytes(
            nodeCount: nodes.count, edgeCount: outgoing.edgeCount, isWeighted: true)
        try reserve(size)
        let incoming: ListRoom
        do throws(WorkStopped) { incoming = try transposed(outgoing) } catch { throw .stopped }
        if direction == .incoming {
            return ProjectedLists(incoming, smallestWeight: outgoing.smallestWeight)
        }
        try reserve(size * 2)
        let both: ListRoom
        do throws(WorkStopped) { both = try merged(outgoing, incoming) } catch { throw .stopped }
        try reserve(both.sizeInBytes - size * 3)
        return ProjectedLists(both, smallestWeight: outgoing.smallestWeight)
    }

    /// How many nodes make a block of work.
    private static let blockSize = 4_096

    /// The lists by target instead of source.
    ///
    /// Each block of targets goes through all edges and takes its own: reading them a few times over is
    /// cheaper than writing to places all over memory from several threads at once.
    private func transposed(_ lists: ProjectedLists) throws(WorkStopped) -> ListRoom {
        let count = lists.nodeCount
        let degrees = UnsafeMutablePointer<UInt32>.allocate(capacity: max(count, 1))
        degrees.initialize(repeating: 0, count: count)
        defer { degrees.deallocate() }
        let edgeCount = lists.edgeCount
        for edge in 0..<edgeCount { degrees[Int(lists.targets[edge])] &+= 1 }
        let room = ListRoom(degrees: degrees, nodeCount: count, isWeighted: lists.weights != nil)
        let next = UnsafeMutablePointer<Int>.allocate(capacity: max(count, 1))
        defer { next.deallocate() }
        next.update(from: room.offsets, count: count)
        let blockSize = max((count + clock.count - 1) / clock.count, 1)
        let offsets = lists.offsets
        let targets = lists.targets
        let weights = lists.weights
        try clock.forEachBlock(of: count, size: blockSize) { block, _ in
            for source in 0..<count {
                for edge in offsets[source]..<offsets[source &+ 1] {
                    let target = Int(targets[edge])
                    guard target >= block.lowerBound, target < block.upperBound else { continue }
                    let place = next[target]
                    next[target] = place &+ 1
                    room.targets[place] = UInt32(truncatingIfNeeded: source)
                    if let weights, let mine = room.weights { mine[place] = weights[edge] }
                }
            }
        }
        return room
    }

    /// Both lists of each node merged, edges from a node to itself taken once.
    private func merged(
        _ outgoing: ProjectedLists, _ incoming: ListRoom
    ) throws(WorkStopped) -> ListRoom {
        let count = outgoing.nodeCount
        let degrees = UnsafeMutablePointer<UInt32>.allocate(capacity: max(count, 1))
        defer { degrees.deallocate() }
        try clock.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block {
                var degree = outgoing.range(of: node).count
                for edge in incoming.offsets[node]..<incoming.offsets[node + 1]
                where incoming.targets[edge] != UInt32(node) { degree += 1 }
                degrees[node] = UInt32(truncatingIfNeeded: degree)
            }
        }
        let room = ListRoom(
            degrees: degrees, nodeCount: count, isWeighted: outgoing.weights != nil)
        try clock.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block { Self.merge(node, outgoing, incoming, into: room) }
        }
        return room
    }

    private static func merge(
        _ node: Int, _ outgoing: ProjectedLists, _ incoming: ListRoom, into room: ListRoom
    ) {
        var left = outgoing.offsets[node]
        let leftEnd = outgoing.offsets[node + 1]
        var right = incoming.offsets[node]
        let rightEnd = incoming.offsets[node + 1]
        var place = room.offsets[node]
        while left < leftEnd || right < rightEnd {
            if right < rightEnd, incoming.targets[right] == UInt32(node) {
                right += 1
                continue
            }
            let takesRight =
                left == leftEnd
                || (right < rightEnd && incoming.targets[right] < outgoing.targets[left])
            room.targets[place] = takesRight ? incoming.targets[right] : outgoing.targets[left]
            if let mine = room.weights, let lefts = outgoing.weights, let rights = incoming.weights
            {
                mine[place] = takesRight ? rights[right] : lefts[left]
            }
            if takesRight { right += 1 } else { left += 1 }
            place += 1
        }
    }
}
