import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// Quantified patterns against their twins, and selected paths against all paths, on random graphs.
struct PathSelectionTests {
    /// Ways to say how often a relationship repeats: as a quantifier and as a length.
    private static let bounds = [
        ("*", "*0.."), ("+", "*1.."), ("{1,3}", "*1..3"), ("{2}", "*2"), ("{0,2}", "*0..2"),
        ("{,3}", "*0..3"), ("{2,}", "*2.."), ("{1}", "*1"),
    ]
    private static let arrows = [("-", "->"), ("<-", "-"), ("-", "-")]

    @Test("quantified patterns give the rows of their variable-length twins", arguments: 0..<12)
    func twins(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let graph = try TestGraph(nodes: 5, relationships: 6, using: &generator)
        for (quantifier, length) in Self.bounds {
            for (left, right) in Self.arrows {
                let type = ["", ":R", ":R|S", ":!S"].randomElement(using: &generator) ?? ""
                let weight = ["", " {w: 1}"].randomElement(using: &generator) ?? ""
                let end = ["(y)", "(y:A)", "(y {i: 1})", "(x)"].randomElement(using: &generator)
                let twin = "(x)\(left)[r\(type)\(length)\(weight)]\(right)\(end ?? "(y)")"
                let others = [
                    "(x)\(left)[r\(type)\(weight)]\(right)\(quantifier)\(end ?? "(y)")",
                    "(x)(()\(left)[r\(type)\(weight)]\(right)())\(quantifier)\(end ?? "(y)")",
                    "(x)((a)\(left)[r\(type)\(weight)]\(right)(b) WHERE a.i >= 0)\(quantifier)"
                        + (end ?? "(y)"),
                ]
                let result = " RETURN id(x), r, nodes(p), relationships(p)"
                let expected = try graph.sortedRows("MATCH p = " + twin + result)
                for other in others {
                    let found = try graph.sortedRows("MATCH p = " + other + result)
                    #expect(found == expected, "seed \(seed): \(twin) and \(other)")
                }
            }
        }
    }

    /// Paths of one part and of several, with conditions within.
    private static let patterns = [
        "(x)-[r:R]->+(y)", "(x)-[r]-{1,3}(y)", "(x)-[r:R]->*(y:A)", "(x)<-[r]-{2,3}(y)",
        "(x:A)-[r:R WHERE r.w > 0]->+(y)", "(x)-[r:R]->+(z)-[s:S]->(y)",
        "(x)-[r]->(z:B)-[s]->{0,2}(y)", "(x)-[r {w: 1}]->{,2}(z WHERE z.i > 1)-[s]-(y)",
        "(x)((a)-[r]->(b) WHERE a.i <= b.i)+(y)", "(x)((a)-[r:R]->(b)-[s]->(c))+(y:B)",
        "(x)-[r]->{1,2}(z)((a)<-[s]-(b))*(y)", "(x)-[r:R]->+(x)", "(x)-[r]-{2,4}(x)",
        "((x)-[r]->+(z)-[s]-(y) WHERE x.i <> z.i)", "((x)-[r:R]->{1,4}(y) WHERE size(r) <> 2)",
    ]

    private struct Found: Hashable {
        let ends: String
        let length: Int
        let path: String
    }

    private func found(_ graph: TestGraph, _ pattern: String) throws -> [Found] {
        let first = pattern.contains("(y") ? "y" : "x"
        let text = "MATCH p = \(pattern) RETURN id(x) AS x, id(\(first)) AS y, length(p), p"
        return try graph.rows(text).map { row in
            guard case .integer(let length) = row[2] else { throw PathLengthMissing() }
            return Found(ends: "\(row[0]) \(row[1])", length: Int(length), path: "\(row[3])")
        }
    }

    private struct PathLengthMissing: Error {}

    /// The same pattern with all its parts named, so that different ways to match differ.
    @Test("selectors give the shortest of all paths of each pair of ends", arguments: 0..<12)
    func selections(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 1_000)
        let graph = try TestGraph(nodes: 5, relationships: 7, using: &generator)
        for pattern in Self.patterns {
            let all = Dictionary(grouping: try found(graph, pattern), by: \.ends)
            let count = Int.random(in: 1...3, using: &generator)
            try check(graph, "ANY SHORTEST", pattern, all, exact: false) { Array($0.prefix(1)) }
            try check(graph, "SHORTEST \(count)", pattern, all, exact: false) {
                Array($0.prefix(count))
            }
            try check(graph, "ALL SHORTEST", pattern, all, exact: true) { lengths in
                lengths.filter { $0 == lengths[0] }
            }
            try check(graph, "SHORTEST \(count) GROUPS", pattern, all, exact: true) { lengths in
                let groups = Set(lengths).sorted().prefix(count)
                return lengths.filter { groups.contains($0) }
            }
        }
    }

    /// Compares what a selector gives with what it should take of the sorted lengths of all paths.
    private func check(
        _ graph: TestGraph, _ selector: String, _ pattern: String, _ all: [String: [Found]],
        exact: Bool, _ taken: ([Int]) -> [Int]
    ) throws {
        let selected = Dictionary(
            grouping: try found(graph, "\(selector) \(pattern)"), by: \.ends)
        #expect(selected.keys.sorted() == all.keys.sorted(), "\(selector) \(pattern)")
        for (ends, paths) in all {
            let expected = taken(paths.map(\.length).sorted())
            let chosen = selected[ends] ?? []
            #expect(chosen.map(\.length).sorted() == expected, "\(selector) \(pattern) \(ends)")
            var left = paths.map(\.path)
            for path in chosen.map(\.path) {
                let index = left.firstIndex(of: path)
                #expect(index != nil, "\(selector) \(pattern): \(path)")
                if let index { left.remove(at: index) }
            }
            if exact {
                #expect(
                    !left.contains { path in
                        paths.contains { $0.path == path && $0.length <= (expected.last ?? -1) }
                            && !chosen.contains { $0.path == path }
                    })
            }
        }
    }

    @Test("shortestPath gives what ANY SHORTEST gives, but between a node and itself")
    func functions() throws {
        for seed in 0..<12 {
            var generator = SeededGenerator(seed: UInt64(seed) &+ 2_000)
            let graph = try TestGraph(nodes: 6, relationships: 9, using: &generator)
            for (left, right) in Self.arrows {
                let ends = "MATCH (x), (y) WHERE x <> y "
                let lengths = try graph.sortedRows(
                    ends + "MATCH p = ANY SHORTEST (x)\(left)[:R]\(right)+(y) "
                        + "RETURN id(x), id(y), length(p)")
                let function = "((x)\(left)[:R*]\(right)(y))"
                let twin = try graph.sortedRows(
                    ends + "MATCH p = shortestPath\(function) RETURN id(x), id(y), length(p)")
                let value = try graph.sortedRows(
                    ends + "WITH x, y, shortestPath\(function) AS p WHERE p IS NOT NULL "
                        + "RETURN id(x), id(y), length(p)")
                #expect(twin == lengths, "seed \(seed) \(function)")
                #expect(value == lengths, "seed \(seed) \(function)")
                let all = try graph.sortedRows(
                    ends + "MATCH p = ALL SHORTEST (x)\(left)[:R]\(right)+(y) RETURN p")
                let allTwin = try graph.sortedRows(
                    ends + "MATCH p = allShortestPaths\(function) RETURN p")
                #expect(allTwin == all, "seed \(seed) \(function)")
            }
        }
    }
}
