import KithGraph

/// The shortest paths that a search found.
struct PathTree {
    /// The distance of each node; infinite where none leads.
    let distances: [Double]
    /// The node before each on its path; ``ProjectedNodes/missing`` for the source and where none
    /// leads.
    let predecessors: [UInt32]
    /// How many nodes some path leads to.
    let reachedCount: Int
    /// How many of those come before each block of nodes.
    private let reachedBefore: [Int]

    private static let blockSize = 8_192

    /// The nodes that some path leads to, in ascending order, and what is known of each.
    struct Rows {
        var nodes: [UInt32] = []
        var distances: [Double] = []
        var predecessors: [UInt32] = []
    }

    /// A tree of what `node` says of each node.
    init(
        _ count: Int, _ team: WorkTeam,
        _ node: (Int) -> (distance: Double, predecessor: UInt32)
    ) throws(WorkStopped) {
        let size = Self.blockSize
        var predecessors: [UInt32] = []
        var reached: [Int] = []
        distances = try [Double].written(count) { (distances) throws(WorkStopped) in
            predecessors = try [UInt32].written(count) { (predecessors) throws(WorkStopped) in
                reached = try [Int].written((count + size - 1) / size) {
                    (reached) throws(WorkStopped) in
                    try team.forEachBlock(of: count, size: size) { block, _ in
                        var found = 0
                        for number in block {
                            let (distance, predecessor) = node(number)
                            (distances[number], predecessors[number]) = (distance, predecessor)
                            found &+= distance < .infinity ? 1 : 0
                        }
                        reached[block.lowerBound / size] = found
                    }
                }
            }
        }
        self.predecessors = predecessors
        (reachedBefore, reachedCount) = Self.sums(reached)
    }

    /// A tree of what is known of all nodes.
    init(distances: [Double], predecessors: [UInt32]) {
        self.distances = distances
        self.predecessors = predecessors
        var reached: [Int] = []
        for start in stride(from: 0, to: distances.count, by: Self.blockSize) {
            let block = distances[start..<min(start + Self.blockSize, distances.count)]
            reached.append(block.count { $0 < .infinity })
        }
        (reachedBefore, reachedCount) = Self.sums(reached)
    }

    /// The sum of the numbers before each, and of all.
    private static func sums(_ numbers: [Int]) -> (before: [Int], total: Int) {
        var total = 0
        var before = numbers
        for index in before.indices { (before[index], total) = (total, total + before[index]) }
        return (before, total)
    }

    /// The nodes that are reached, with their distances and predecessors where these are wanted.
    func rows(
        withDistances: Bool, withPredecessors: Bool, _ team: WorkTeam
    ) throws(WorkStopped) -> Rows {
        var rows = Rows()
        rows.nodes = try nodesReached(team)
        if withDistances { rows.distances = try Self.values(distances, of: rows.nodes, team) }
        if withPredecessors {
            rows.predecessors = try Self.values(predecessors, of: rows.nodes, team)
        }
        return rows
    }

    /// One node, if it is reached.
    func row(of node: Int) -> Rows {
        guard distances[node] < .infinity else { return Rows() }
        return Rows(
            nodes: [UInt32(truncatingIfNeeded: node)], distances: [distances[node]],
            predecessors: [predecessors[node]])
    }

    private func nodesReached(_ team: WorkTeam) throws(WorkStopped) -> [UInt32] {
        let size = Self.blockSize
        return try [UInt32].written(reachedCount) { (nodes) throws(WorkStopped) in
            try distances.withUnsafeBufferPointer { (distances) throws(WorkStopped) in
                try team.forEachBlock(of: distances.count, size: size) { block, _ in
                    let number = block.lowerBound / size
                    var place = reachedBefore[number]
                    let end =
                        number + 1 < reachedBefore.count ? reachedBefore[number + 1] : reachedCount
                    var node = block.lowerBound
                    // Without a branch: the place of a node that is not reached is written again.
                    while place < end {
                        nodes[place] = UInt32(truncatingIfNeeded: node)
                        place &+= distances[node] < .infinity ? 1 : 0
                        node &+= 1
                    }
                }
            }
        }
    }

    private static func values<Element: BitwiseCopyable>(
        _ all: [Element], of nodes: [UInt32], _ team: WorkTeam
    ) throws(WorkStopped) -> [Element] {
        try [Element].written(nodes.count) { (values) throws(WorkStopped) in
            try all.withUnsafeBufferPointer { (all) throws(WorkStopped) in
                try nodes.withUnsafeBufferPointer { (nodes) throws(WorkStopped) in
                    try team.forEachBlock(of: nodes.count, size: blockSize) { block, _ in
                        for index in block { values[index] = all[Int(nodes[index])] }
                    }
                }
            }
        }
    }
}
