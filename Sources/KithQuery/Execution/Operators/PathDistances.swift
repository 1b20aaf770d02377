/// A node reached while one part of a path is being followed.
struct PathPlace: Hashable {
    let node: UInt64
    /// The index of the part, from left to right.
    let part: Int
}

/// How far nodes are from one end of a path at least, part by part: breadth first, and only as far as
/// somebody asks.
///
/// Numbers of repetitions are left out of account, and so is the rule that relationships differ, so
/// the distances are lower bounds.
final class PathDistances {
    private let parts: [PathPart]
    private let isForward: Bool
    private var known: [PathPlace: Int] = [:]
    /// The places found at distances that are not settled, by part.
    private var open: [Int: [[UInt64]]] = [:]
    /// All places at this distance or less are known.
    private(set) var settled = -1
    private var heldInBytes = 0

    /// About what a known place takes.
    private static let placeSizeInBytes = 64

    /// Measures from `node`, the left end of the path where `isForward`, otherwise the right one.
    init(parts: [PathPart], isForward: Bool, from node: UInt64) {
        self.parts = parts
        self.isForward = isForward
        var start: [[UInt64]] = parts.map { _ in [] }
        start[isForward ? 0 : parts.count - 1] = [node]
        open[0] = start
    }

    /// Whether every place that can be reached is known.
    var isComplete: Bool { open.isEmpty }

    func distance(_ place: PathPlace) -> Int? { known[place] }

    /// Settles one more distance.
    func advance(_ outer: Batch, _ context: ExecutionContext) throws(QueryError) {
        settled += 1
        guard var nodes = open.removeValue(forKey: settled) else { return }
        let order = isForward ? Array(parts.indices) : parts.indices.reversed()
        for (position, part) in order.enumerated() {
            var fresh: [UInt64] = []
            for node in nodes[part] {
                let place = PathPlace(node: node, part: part)
                if known[place] == nil {
                    known[place] = settled
                    fresh.append(node)
                }
            }
            let size = fresh.count * Self.placeSizeInBytes
            try context.memory.take(size)
            heldInBytes += size
            if position + 1 < order.count {
                let next = order[position + 1]
                let admits = try parts[min(part, next)].admits(fresh, outer, context)
                for (index, node) in fresh.enumerated() where admits[index] {
                    nodes[next].append(node)
                }
            }
            try follow(fresh, part, outer, context)
        }
    }

    private func follow(
        _ nodes: [UInt64], _ part: Int, _ outer: Batch, _ context: ExecutionContext
    ) throws(QueryError) {
        let found = try parts[part].edges(at: nodes, isForward: isForward, outer, context)
        for edge in found.joined() {
            guard known[PathPlace(node: edge.end, part: part)] == nil else { continue }
            let distance = settled + edge.relationships.count
            if open[distance] == nil { open[distance] = parts.map { _ in [] } }
            open[distance]?[part].append(edge.end)
        }
    }

    /// Returns what it holds to the memory account.
    func forget(_ context: ExecutionContext) {
        context.memory.give(back: heldInBytes)
        heldInBytes = 0
    }
}
