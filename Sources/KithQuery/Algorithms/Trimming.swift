import KithGraph

/// Takes off the open nodes that no open node but themselves leads to, and then those that only they led
/// to: each makes a component of its own.
///
/// Each node watches one open node that leads to it. Only when that one is taken off another is looked
/// for, from there on: what was taken off does not come back, so each edge is looked at once.
struct Trimming {
    private let open: OpenNodes
    private let front: SearchFront
    private let backward: EdgeLists
    /// The node that each watches; ``ProjectedNodes/missing`` for none.
    private let watched: UnsafeMutablePointer<UInt32>

    /// To look at so many nodes takes as long as to follow one.
    private static let nodesPerStep = 32

    /// Takes nodes off, as long as there are some. `front` is for searches along `forward`; `backward`
    /// are the same edges the other way.
    static func take(
        _ open: OpenNodes, _ front: SearchFront, along forward: EdgeLists,
        against backward: EdgeLists
    ) throws(WorkStopped) {
        let watched = UnsafeMutablePointer<UInt32>.allocate(
            capacity: max(backward.nodeCount, 1))
        defer { watched.deallocate() }
        let trimming = Trimming(open: open, front: front, backward: backward, watched: watched)
        try trimming.take(along: forward)
    }

    private func take(along forward: EdgeLists) throws(WorkStopped) {
        let (open, front, watched) = (open, front, watched)
        try front.round(of: backward.nodeCount / Self.nodesPerStep) { part in
            let room = front.room(part)
            var count = 0
            for node in front.parts[part] {
                watched[node] = ProjectedNodes.missing
                guard open.isOpen(node), !watch(node, from: backward.range(of: node)) else {
                    continue
                }
                room[count] = UInt32(truncatingIfNeeded: node)
                count &+= 1
            }
            front.found(count, part)
        }
        open.closed(front.count, components: front.count)
        while front.count > 0 {
            try front.round { part in
                let room = front.room(part)
                var count = 0
                front.follow(forward, to: part) { node in
                    UInt32(truncatingIfNeeded: node)
                } visit: { origin, _, target in
                    guard watched[target] == origin, open.isOpen(target), !watchNext(target) else {
                        return
                    }
                    room[count] = UInt32(truncatingIfNeeded: target)
                    count &+= 1
                }
                front.found(count, part)
            }
            open.closed(front.count, components: front.count)
        }
    }

    /// Lets a node watch the first open node that leads to it along some edges; false where there is none,
    /// and it is closed.
    private func watch(_ node: Int, from edges: Range<Int>) -> Bool {
        var edge = edges.lowerBound
        while edge < edges.upperBound {
            let source = Int(backward.targets[edge])
            // One that is being closed meanwhile is in the next round's front.
            if source != node, open.isOpen(source) {
                watched[node] = UInt32(truncatingIfNeeded: source)
                return true
            }
            edge &+= 1
        }
        open.close(node)
        return false
    }

    private func watchNext(_ node: Int) -> Bool {
        let edges = backward.range(of: node)
        let edge = backward.first(from: Int(watched[node]) &+ 1, edges)
        return watch(node, from: edge..<edges.upperBound)
    }
}
