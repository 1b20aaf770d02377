import KithGraph
import Synchronization

/// The parts of a directed graph in which every node leads to every other.
///
/// The order of the nodes first cuts the graph into spans that no cycle crosses. The largest component
/// is then found on all threads, as what a node leads to and what leads to it have in common (Fleischer,
/// Hendrickson and Pinar 2000): most graphs have one that holds most nodes, or none. What is left is
/// Tarjan's (1972), on one thread.
enum StrongComponents {
    /// Spans of fewer nodes are not worth searching on all threads.
    private static let searchMin = 16

    /// The number of each node's component, counted from 0 in the order of their first nodes; O(*n* +
    /// *m*).
    ///
    /// - Precondition: `reversed` leads the other way.
    static func components(
        _ lists: ProjectedLists, reversed: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) -> [UInt32] {
        let count = lists.nodeCount
        let components = UnsafeMutablePointer<UInt32>.filled(count, .max)
        defer { components.deallocate() }
        let spans = try ComponentSpans(lists, components, team)
        if let largest = spans.largest, largest.count >= searchMin {
            let search = CommonReach(largest, components)
            try search.run(lists, reversed, team)
        }
        if spans.largest != nil {
            try RemainingComponents(count, components).run(spans, lists, team)
        }
        _ = Communities.renumber(components, count: count)
        return Array(copying: components, count: count)
    }
}

/// Spans of consecutive nodes that no cycle leaves: a cycle goes down somewhere, and what leads down
/// from a node of a span leads to a node of it.
struct ComponentSpans {
    /// The spans of several nodes, descending.
    private(set) var ranges: [Range<Int>] = []
    /// That of the most nodes; nil where no two nodes are in a cycle.
    private(set) var largest: Range<Int>?

    private static let blockSize = 2_048

    /// Finds the spans; a node that is one by itself gets itself as its component.
    init(
        _ lists: ProjectedLists, _ components: UnsafeMutablePointer<UInt32>, _ team: WorkTeam
    ) throws(WorkStopped) {
        let count = lists.nodeCount
        let lowest = UnsafeMutablePointer<UInt32>.filled(count, 0)
        defer { lowest.deallocate() }
        try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block {
                var least = UInt32(truncatingIfNeeded: node)
                let edges = lists.range(of: node)
                // Targets are sorted.
                if !edges.isEmpty { least = min(least, lists.targets[edges.lowerBound]) }
                lowest[node] = least
            }
        }
        var end = count
        while end > 0 {
            var start = end - 1
            var least = Int(lowest[start])
            while least < start {
                start -= 1
                least = min(least, Int(lowest[start]))
            }
            if start == end - 1 {
                components[start] = UInt32(truncatingIfNeeded: start)
            } else {
                ranges.append(start..<end)
                if end - start > largest?.count ?? 0 { largest = start..<end }
            }
            end = start
        }
    }
}

/// The component of the node with the most edges of a span: what it reaches and what reaches it.
struct CommonReach {
    private let span: Range<Int>
    private let components: UnsafeMutablePointer<UInt32>

    private static let blockSize = 256

    init(_ span: Range<Int>, _ components: UnsafeMutablePointer<UInt32>) {
        self.span = span
        self.components = components
    }

    /// Gives the nodes of the component their number.
    func run(
        _ lists: ProjectedLists, _ reversed: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) {
        let pivot = busiest(lists, reversed)
        let marks = UnsafeMutablePointer<Atomic<UInt8>>.allocate(capacity: span.count)
        defer { marks.deallocate() }
        for place in 0..<span.count { (marks + place).initialize(to: Atomic(0)) }
        try reach(from: pivot, lists, marks, 0, 1, team)
        try reach(from: pivot, reversed, marks, 1, 2, team)
        for node in span where marks[node - span.lowerBound].load(ordering: .relaxed) == 2 {
            components[node] = UInt32(truncatingIfNeeded: pivot)
        }
    }

    private func busiest(_ lists: ProjectedLists, _ reversed: ProjectedLists) -> Int {
        var best = span.lowerBound
        var most = -1
        for node in span {
            let ways = lists.range(of: node).count * reversed.range(of: node).count
            if ways > most {
                best = node
                most = ways
            }
        }
        return best
    }

    /// What one thread finds.
    private final class Found: @unchecked Sendable {
        // Sendable: used by one thread at a time.
        var nodes: [UInt32] = []
    }

    /// Turns the mark `from` into `to` for all nodes of the span that are reached through such nodes.
    private func reach(
        from start: Int, _ lists: ProjectedLists, _ marks: UnsafeMutablePointer<Atomic<UInt8>>,
        _ from: UInt8, _ to: UInt8, _ team: WorkTeam
    ) throws(WorkStopped) {
        let found = (0..<team.count).map { _ in Found() }
        let (first, count) = (UInt32(truncatingIfNeeded: span.lowerBound), span.count)
        marks[start - span.lowerBound].store(to, ordering: .relaxed)
        var front = [UInt32(truncatingIfNeeded: start)]
        while !front.isEmpty {
            try front.withUnsafeBufferPointer { (front) throws(WorkStopped) in
                try team.forEachBlock(of: front.count, size: Self.blockSize) { block, worker in
                    let mine = found[worker]
                    for index in block {
                        for edge in lists.range(of: Int(front[index])) {
                            let place = Int(lists.targets[edge] &- first)
                            guard place < count, marks[place].load(ordering: .relaxed) == from
                            else { continue }
                            let (isFirst, _) = marks[place].compareExchange(
                                expected: from, desired: to, ordering: .relaxed)
                            if isFirst { mine.nodes.append(lists.targets[edge]) }
                        }
                    }
                }
            }
            front.removeAll(keepingCapacity: true)
            for part in found {
                front += part.nodes
                part.nodes.removeAll(keepingCapacity: true)
            }
        }
    }
}

/// The components of nodes that have none yet, by depth-first search.
private struct RemainingComponents {
    /// When each node was found, from 1; 0 for not yet.
    private let indexes: UnsafeMutablePointer<UInt32>
    /// The earliest node known to be reached from each.
    private let lows: UnsafeMutablePointer<UInt32>
    private let components: UnsafeMutablePointer<UInt32>
    /// The nodes found that have no component yet.
    private let open: UnsafeMutablePointer<UInt32>
    /// The nodes on the way from where the search began, and the next edge of each.
    private let way: UnsafeMutablePointer<UInt32>
    private let edges: UnsafeMutablePointer<Int>
    private var openCount = 0
    private var next: UInt32 = 1

    init(_ count: Int, _ components: UnsafeMutablePointer<UInt32>) {
        self.components = components
        indexes = .filled(count, 0)
        lows = .filled(count, 0)
        open = .filled(count, 0)
        way = .filled(count, 0)
        edges = .filled(count, 0)
    }

    /// Gives each node of the spans its component.
    consuming func run(
        _ spans: ComponentSpans, _ lists: ProjectedLists, _ team: WorkTeam
    ) throws(WorkStopped) {
        var search = self
        defer { search.deallocate() }
        for span in spans.ranges {
            for node in span {
                if node % 4_096 == 0 { try team.checkpoint() }
                if search.indexes[node] == 0, search.components[node] == .max {
                    search.visit(node, lists)
                }
            }
        }
    }

    private func deallocate() {
        for buffer in [indexes, lows, open, way] { buffer.deallocate() }
        edges.deallocate()
    }

    private mutating func enter(_ node: Int, _ depth: Int, _ lists: ProjectedLists) {
        indexes[node] = next
        lows[node] = next
        next += 1
        open[openCount] = UInt32(truncatingIfNeeded: node)
        openCount += 1
        way[depth] = UInt32(truncatingIfNeeded: node)
        edges[depth] = lists.offsets[node]
    }

    private mutating func visit(_ start: Int, _ lists: ProjectedLists) {
        enter(start, 0, lists)
        var depth = 0
        while depth >= 0 {
            let node = Int(way[depth])
            if edges[depth] < lists.offsets[node + 1] {
                let target = Int(lists.targets[edges[depth]])
                edges[depth] += 1
                // What has a component already leads to no node that has none and leads back.
                if components[target] == .max {
                    if indexes[target] == 0 {
                        depth += 1
                        enter(target, depth, lists)
                    } else {
                        lows[node] = min(lows[node], indexes[target])
                    }
                }
                continue
            }
            if lows[node] == indexes[node] { close(node) }
            depth -= 1
            if depth >= 0 {
                let parent = Int(way[depth])
                lows[parent] = min(lows[parent], lows[node])
            }
        }
    }

    /// Makes a component of the nodes found since `node`.
    private mutating func close(_ node: Int) {
        while true {
            openCount -= 1
            let member = Int(open[openCount])
            components[member] = UInt32(truncatingIfNeeded: node)
            if member == node { return }
        }
    }
}

extension AlgorithmProcedure {
    /// `algo.scc`.
    static let strongComponents = AlgorithmProcedure(
        "scc", "The strongly connected component of each node.", options: [], direction: nil,
        isWeighted: false, outputs: [.init("node", .node), .init("componentId", .integer)]
    ) { (call) throws(QueryError) in
        let projection = try call.projection([.forward, .backward], direction: .outgoing)
        let count = projection.nodes.count
        try call.reserve(count * 40)
        let components = try call.computing { (team) throws(WorkStopped) in
            try StrongComponents.components(
                projection.lists, reversed: projection.reversedLists, team)
        }
        return AlgorithmRows(
            count: count, columns: [.nodes(projection.nodes), .counts(components)])
    }
}
