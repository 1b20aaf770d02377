import KithGraph

/// Finds nodes that no circle goes through, as far as their numbers tell: where no node from some number
/// on leads below it, no circle crosses that number. So it is in a graph whose relationships lead from
/// older to newer nodes, or the other way.
enum SpansOfOne {
    private static let blockSize = 2_048

    /// Takes them off.
    static func take(
        _ forward: EdgeLists, _ backward: EdgeLists, _ open: OpenNodes, _ team: WorkTeam
    ) throws(WorkStopped) {
        for lists in [forward, backward] where open.count > 0 {
            let count = lists.nodeCount
            let size = blockSize
            let blocks = (count + size - 1) / size
            // The lowest node that each leads to, or itself; the lowest of each block, then of all blocks
            // after it. How many nodes of each block lead to a lower one, then how many are taken.
            let lowest = UnsafeMutablePointer<UInt32>.allocate(capacity: max(count, 1))
            let lowestAfter = UnsafeMutablePointer<UInt32>.filled(blocks, .max)
            let counts = UnsafeMutablePointer<Int>.filled(blocks, 0)
            defer {
                lowest.deallocate()
                lowestAfter.deallocate()
                counts.deallocate()
            }
            try team.forEachBlock(of: count, size: size) { block, _ in
                var least = UInt32.max
                var leading = 0
                for node in block {
                    let edges = lists.range(of: node)
                    // Targets are sorted.
                    let first = edges.isEmpty ? .max : lists.targets[edges.lowerBound]
                    lowest[node] = min(first, UInt32(truncatingIfNeeded: node))
                    least = min(least, lowest[node])
                    leading &+= first < UInt32(truncatingIfNeeded: node) ? 1 : 0
                }
                lowestAfter[block.lowerBound / size] = least
                counts[block.lowerBound / size] = leading
            }
            var after = UInt32.max
            for block in (0..<blocks).reversed() {
                (after, lowestAfter[block]) = (min(after, lowestAfter[block]), after)
            }
            // A number that no circle crosses, and the next one is none either: a node of its own.
            try team.forEachBlock(of: count, size: size) { block, _ in
                let number = block.lowerBound / size
                var least = lowestAfter[number]
                var isEnd = Int(least) >= block.upperBound
                var found = 0
                if isEnd, counts[number] == 0, lists.nodeCount == open.count {
                    for node in block { open.close(node) }
                    counts[number] = block.count
                    return
                }
                for node in block.reversed() {
                    least = min(least, lowest[node])
                    let isStart = Int(least) >= node
                    if isStart, isEnd, open.isOpen(node) {
                        open.close(node)
                        found &+= 1
                    }
                    isEnd = isStart
                }
                counts[number] = found
            }
            let taken = (0..<blocks).reduce(0) { $0 + counts[$1] }
            open.closed(taken, components: taken)
        }
    }
}
