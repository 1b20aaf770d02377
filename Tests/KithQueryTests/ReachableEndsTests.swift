import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// Finding the ends of paths once, against walking every path.
struct ReachableEndsTests {
    private static var walking: ExecutionOptions {
        var options = ExecutionOptions()
        options.disabledRules = [RewriteRule.reachableEnds.rawValue]
        return options
    }

    private static let lengths = ["*", "*0..", "*1..2", "*0..2", "*1..3", "*1..4", "*0..0", "*..1"]

    @Test("gives the ends of all paths", arguments: 0..<40)
    func agrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let nodes = Int.random(in: 2...7, using: &generator)
        let graph = try TestGraph(
            nodes: nodes, relationships: Int.random(in: 1...8, using: &generator),
            using: &generator)
        for length in Self.lengths {
            for (left, right) in [("-", "->"), ("<-", "-"), ("-", "-")] {
                let type = ["", ":R", ":R|S", ":T"].randomElement(using: &generator) ?? ""
                let pattern = "(a)\(left)[\(type)\(length)]\(right)(b)"
                for rest in [
                    "RETURN a.i AS i, count(DISTINCT b) AS n", "RETURN DISTINCT a.i, b.i",
                    "WHERE b.i <> a.i RETURN count(DISTINCT b), max(b.i)",
                    "WITH DISTINCT a, b MATCH (b)--(c) RETURN count(DISTINCT c.i)",
                ] {
                    let text = "MATCH \(pattern) \(rest)"
                    let found = try graph.sortedRows(text)
                    let expected = try graph.sortedRows(text, options: Self.walking)
                    #expect(found == expected, "seed \(seed): \(text)")
                }
            }
        }
    }

    @Test("finds ends among changes that are not committed", arguments: 0..<10)
    func ownChanges(seed: UInt64) throws {
        let text = """
            MATCH (a {i: 0}), (b {i: 3}) CREATE (a)-[:R]->(b), (b)-[:R]->(:New {i: 9})
            WITH a MATCH (a)-[:R*1..3]-(c) RETURN count(DISTINCT c)
            """
        let results = try [Self.walking, .standard].map { options in
            var generator = SeededGenerator(seed: seed)
            let graph = try TestGraph(nodes: 5, relationships: 5, using: &generator)
            return try graph.rows(text, options: options)
        }
        #expect("\(results[0])" == "\(results[1])", "seed \(seed)")
    }
}
