import KithTestSupport
import Testing

@testable import KithGraph
@testable import KithQuery

/// Algorithms that threads share, on graphs large enough to be shared, beside their plain forms.
struct ParallelAlgorithmTests {
    private struct Edge {
        var source: Int
        var target: Int
        var weight = 1.0
    }

    /// The lists of a graph, along the edges and against them.
    private func lists(
        _ count: Int, _ edges: [Edge], isWeighted: Bool
    ) -> (forward: ProjectedLists, backward: ProjectedLists) {
        let turned = edges.map { Edge(source: $0.target, target: $0.source, weight: $0.weight) }
        return (lists(count, edges, isWeighted), lists(count, turned, isWeighted))
    }

    private func lists(_ count: Int, _ edges: [Edge], _ isWeighted: Bool) -> ProjectedLists {
        var degrees = [UInt32](repeating: 0, count: count)
        for edge in edges { degrees[edge.source] += 1 }
        let room = ListRoom(degrees: degrees, nodeCount: count, isWeighted: isWeighted)
        let sorted = edges.sorted {
            ($0.source, $0.target, $0.weight) < ($1.source, $1.target, $1.weight)
        }
        for (place, edge) in sorted.enumerated() {
            room.targets[place] = UInt32(edge.target)
            room.weights?[place] = edge.weight
        }
        return ProjectedLists(room, smallestWeight: 0)
    }

    /// Graphs of all sorts: circles, chains, some with one large part, some of many small ones.
    private func randomEdges(_ count: Int, _ generator: inout SeededGenerator) -> [Edge] {
        var edges: [Edge] = []
        let reach = [2, 5, 60, count].randomElement(using: &generator) ?? 2
        let shares: [Double] = [0.3, 1, 1.2, 3]
        let share = shares.randomElement(using: &generator) ?? 1
        for _ in 0..<Int(Double(count) * share) {
            let source = Int.random(in: 0..<count, using: &generator)
            let step = Int.random(in: -reach...reach, using: &generator)
            edges.append(Edge(source: source, target: (source + step + count) % count))
        }
        if Bool.random(using: &generator) {
            // Long chains, of which some are closed to circles.
            let length = Int.random(in: 2...count / 2, using: &generator)
            for node in 0..<length { edges.append(Edge(source: node, target: node + 1)) }
            if Bool.random(using: &generator) { edges.append(Edge(source: length, target: 0)) }
        }
        // In some graphs edges lead up only, but for a few.
        if Int.random(in: 0..<3, using: &generator) == 0 {
            for index in edges.indices where Int.random(in: 0..<40, using: &generator) > 0 {
                let (one, other) = (edges[index].source, edges[index].target)
                (edges[index].source, edges[index].target) = (min(one, other), max(one, other))
            }
        }
        return edges
    }

    /// Now and then more threads than nodes are divided among.
    private func teamSizes(_ seed: Int) -> [Int] { seed % 10 == 0 ? [1, 2, 3, 20] : [1, 2, 3] }

    /// The edges both ways.
    private func bothWays(_ edges: [Edge]) -> [Edge] {
        edges + edges.map { Edge(source: $0.target, target: $0.source, weight: $0.weight) }
    }

    @Test("core numbers are those that taking nodes away one by one gives", arguments: 0..<40)
    func coreNumbers(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 1_077)
        let count = Int.random(in: 80...400, using: &generator)
        var both = bothWays(randomEdges(count, &generator))
        var neighbours = [Set<Int>](repeating: [], count: count)
        for edge in both where edge.source != edge.target {
            neighbours[edge.source].insert(edge.target)
        }
        // Lists in which nothing is to be left out are taken as they are.
        if seed % 3 == 0 {
            both = neighbours.enumerated().flatMap { source, targets in
                targets.map { Edge(source: source, target: $0) }
            }
        }
        var expected = [UInt32](repeating: 0, count: count)
        var left = Set(0..<count)
        var core = 0
        while !left.isEmpty {
            guard let next = left.first(where: { neighbours[$0].count <= core }) else {
                core += 1
                continue
            }
            expected[next] = UInt32(core)
            left.remove(next)
            for neighbour in neighbours[next] { neighbours[neighbour].remove(next) }
        }
        let lists = lists(count, both, false)
        for threads in teamSizes(seed) {
            let team = WorkTeam(count: threads)
            let simple = try SimpleLists(lists, team)
            for sharedMin in [1, 20, 512] {
                let found = try CoreNumbers.numbers(simple, team, sharedMin: sharedMin)
                #expect(found == expected, "\(threads) threads from \(sharedMin) nodes on")
            }
        }
    }

    @Test("components are those that following edges gives, over many blocks", arguments: 0..<12)
    func weakComponents(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 2_077)
        let count = Int.random(in: 80...20_000, using: &generator)
        let edges = randomEdges(count, &generator)
        let lists = lists(count, bothWays(edges), false)
        var expected = [UInt32](repeating: .max, count: count)
        var next: UInt32 = 0
        for start in 0..<count where expected[start] == .max {
            var waiting = [start]
            expected[start] = next
            while let node = waiting.popLast() {
                for edge in lists.range(of: node) {
                    let target = Int(lists.targets[edge])
                    if expected[target] != .max { continue }
                    expected[target] = next
                    waiting.append(target)
                }
            }
            next += 1
        }
        for threads in [1, 2, 3] {
            let found = try WeakComponents.components(lists, WorkTeam(count: threads))
            #expect(found.components == expected, "\(threads) threads")
            #expect(found.count == Int(next), "\(threads) threads")
        }
    }

    @Test("strong components are those of one thread", arguments: 0..<60)
    func strongComponents(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 77)
        let count = Int.random(in: 4...900, using: &generator)
        let (forward, backward) = lists(
            count, randomEdges(count, &generator), isWeighted: false)
        let expected = try [UInt32].written(count) { (plain) throws(WorkStopped) in
            let team = WorkTeam(count: 1)
            let open = try OpenNodes(count, plain, team)
            try DepthFirstComponents.find(EdgeLists(forward), open, team)
            try open.number()
        }
        for threads in teamSizes(seed) {
            for parallelMin in [1, 8, 64, 4_096] {
                let found = try StrongComponents.components(
                    forward, backward, WorkTeam(count: threads), parallelMin: parallelMin)
                #expect(found == expected, "\(threads) threads from \(parallelMin) nodes on")
            }
        }
    }

    @Test("distances along weights are those of Dijkstra's algorithm", arguments: 0..<60)
    func distances(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 9)
        let count = Int.random(in: 2...700, using: &generator)
        // Weights that round, that are equal, that are nothing, and that are far apart.
        let weights: [(inout SeededGenerator) -> Double] = [
            { Double.random(in: 0...1, using: &$0) }, { Double(Int.random(in: 1...3, using: &$0)) },
            { Double(Int.random(in: 0...2, using: &$0)) },
            { pow10(Int.random(in: -20...20, using: &$0)) },
            { Double.random(in: 0...1, using: &$0) < 0.05 ? .infinity : 0.1 },
        ]
        let weight = weights[seed % weights.count]
        let edges = randomEdges(count, &generator).map { edge in
            Edge(source: edge.source, target: edge.target, weight: weight(&generator))
        }
        let lists = lists(count, edges, true)
        let search = ShortestPaths(
            source: Int.random(in: 0..<count, using: &generator), target: nil)
        let expected = try search.treeByNode(lists, WorkTeam(count: 1))
        for threads in teamSizes(seed) {
            for sharedMin in [1, 128] {
                let found = try search.tree(
                    lists, WorkTeam(count: threads), sharedMin: sharedMin)
                #expect(found.distances == expected.distances, "\(threads) threads")
                #expect(found.predecessors == expected.predecessors, "\(threads) threads")
            }
        }
    }

    @Test("levels are those of a search node by node, and of them the smallest nodes come before")
    func levels() throws {
        for seed in 0..<40 {
            var generator = SeededGenerator(seed: UInt64(seed) + 3_077)
            let count = Int.random(in: 2...(seed % 4 == 0 ? 20_000 : 900), using: &generator)
            let lists = lists(count, randomEdges(count, &generator), false)
            let source = Int.random(in: 0..<count, using: &generator)
            let isEndless = Bool.random(using: &generator)
            let end = isEndless ? nil : Int.random(in: 0..<count, using: &generator)
            let expected = plainLevels(lists, source, end)
            for threads in teamSizes(seed) {
                let team = WorkTeam(count: threads)
                for sharedMin in [1, 128] {
                    let found = try ShortestPaths(source: source, target: end)
                        .tree(lists, team, sharedMin: sharedMin)
                    let name: Comment = "\(threads) threads, seed \(seed)"
                    #expect(found.distances == expected.distances, name)
                    #expect(found.predecessors == expected.before, name)
                    let rows = try found.rows(withDistances: true, withPredecessors: true, team)
                    let reached = (0..<count).filter { expected.distances[$0] < .infinity }
                    #expect(found.reachedCount == reached.count)
                    #expect(rows.nodes == reached.map(UInt32.init))
                    #expect(rows.distances == reached.map { expected.distances[$0] })
                    #expect(rows.predecessors == reached.map { expected.before[$0] })
                }
            }
        }
    }

    /// Level by level from `source`, until the level of `end` is complete.
    private func plainLevels(
        _ lists: ProjectedLists, _ source: Int, _ end: Int?
    ) -> (distances: [Double], before: [UInt32]) {
        var distances = [Double](repeating: .infinity, count: lists.nodeCount)
        var before = [UInt32](repeating: ProjectedNodes.missing, count: lists.nodeCount)
        distances[source] = 0
        var level = 0.0
        var front = [source]
        while !front.isEmpty, end.map({ distances[$0] == .infinity }) ?? true {
            level += 1
            var next: [Int] = []
            for node in front {
                for edge in lists.range(of: node) {
                    let target = Int(lists.targets[edge])
                    if distances[target] == .infinity {
                        distances[target] = level
                        next.append(target)
                    }
                    if distances[target] == level {
                        before[target] = min(before[target], UInt32(node))
                    }
                }
            }
            front = next
        }
        return (distances, before)
    }

    /// In a chain of equal weights the bounds are distances of nodes.
    @Test("nodes that lie right on a bound are not lost")
    func bounds() throws {
        let edges = (0..<99).map { Edge(source: $0, target: $0 + 1, weight: 1) }
        let found = try ShortestPaths(source: 0, target: nil)
            .tree(lists(100, edges, true), WorkTeam(count: 2))
        #expect(found.distances == (0..<100).map(Double.init))
    }
}

private func pow10(_ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<abs(exponent) { result = exponent < 0 ? result / 10 : result * 10 }
    return result
}
