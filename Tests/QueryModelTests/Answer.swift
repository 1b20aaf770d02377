import KithValues

@testable import KithQuery

/// What the model says that a statement answers: rows of which the order may be open, and the graph
/// afterwards.
struct Answer {
    /// The error; nil when the statement succeeds.
    private let failure: Failure?
    /// The rows before SKIP and LIMIT: groups of which each comes before the next, while the rows
    /// within one may come in any order.
    private let groups: [[String]]
    /// The positions of the rows that SKIP and LIMIT leave.
    private let window: Range<Int>
    /// The graph afterwards; nil when the statement only reads.
    private let graph: GraphDigest?

    /// An error whose type is nil where it is open.
    private struct Failure: Equatable {
        let type: String?
    }

    /// The names of a result's nodes and relationships, and whether the order within its lists counts.
    struct Naming {
        /// The graph before the statement.
        let before: ModelGraph
        var sortsLists = false

        func text(_ row: [Value], _ graph: ModelGraph) -> String {
            row.map {
                Canonical.text($0, entity: { name($0, $1, graph) }, sortsLists: sortsLists)
            }.joined(separator: " | ")
        }

        /// A node or relationship of before by its number, a new one by its content.
        private func name(_ isNode: Bool, _ id: UInt64, _ graph: ModelGraph) -> String {
            if isNode {
                if before.position(node: id) != nil { return "n\(id)" }
                return graph.position(node: id).map {
                    "new" + Canonical.content(graph.nodes[$0].labels, graph.nodes[$0].properties)
                } ?? "gone"
            }
            if before.position(relationship: id) != nil { return "r\(id)" }
            return graph.position(relationship: id).map {
                graph.relationships[$0].type
                    + Canonical.content([], graph.relationships[$0].properties)
            } ?? "gone"
        }
    }

    /// What a run of the model gave.
    init(_ run: ModelRun, _ naming: Naming, isWriting: Bool) {
        graph = isWriting ? GraphDigest(run.graph) : nil
        switch run.outcome {
        case .failed(let type):
            failure = Failure(type: type)
            groups = []
            window = 0..<0
        case .rows(let rows):
            failure = nil
            groups = rows.groups.map { group in
                group.map { naming.text($0, run.graph) }.sorted()
            }
            let count = groups.reduce(0) { $0 + $1.count }
            let start = min(rows.skip, count)
            window = start..<(rows.limit < count - start ? start + rows.limit : count)
        }
    }

    /// Whether the engine may answer so.
    func accepts(_ outcome: Outcome, _ graph: ModelGraph, _ naming: Naming) -> Bool {
        if let expected = self.graph, expected != GraphDigest(graph) { return false }
        switch outcome {
        case .failed(let type, _):
            return failure.map { $0.type == nil || $0.type == type } ?? false
        case .rows(let rows):
            return failure == nil && accepts(rows.map { naming.text($0, graph) })
        }
    }

    private func accepts(_ rows: [String]) -> Bool {
        guard rows.count == window.count else { return false }
        var start = 0
        for group in groups {
            let part = window.clamped(to: start..<(start + group.count))
            start += group.count
            if part.isEmpty { continue }
            let found = rows[
                (part.lowerBound - window.lowerBound)..<(part.upperBound - window.lowerBound)
            ].sorted()
            if found.count == group.count ? found != group : !Self.holds(group, found) {
                return false
            }
        }
        return true
    }

    /// Whether sorted texts hold others, each as often.
    private static func holds(_ all: [String], _ some: [String]) -> Bool {
        var position = 0
        for text in some {
            while position < all.count, all[position] < text { position += 1 }
            guard position < all.count, all[position] == text else { return false }
            position += 1
        }
        return true
    }

    /// Whether two runs of the model say the same.
    static func == (left: Answer, right: Answer) -> Bool {
        left.failure == right.failure && left.window == right.window
            && left.groups == right.groups && left.graph == right.graph
    }

    /// The rows for people.
    var lines: [String] {
        if let failure { return ["fails with \(failure.type ?? "some error")"] }
        let all = groups.flatMap { $0 }
        return window.count == all.count ? all : ["\(window) of"] + all
    }
}

/// A graph as a number that does not depend on the ids of what a statement made.
struct GraphDigest: Equatable {
    private let nodes: [UInt64]
    private let relationships: [UInt64]

    /// Each node is described by its content and then, three times, by what its relationships lead
    /// to.
    init(_ graph: ModelGraph) {
        var places: [UInt64: Int] = [:]
        var names: [UInt64] = []
        for (place, node) in graph.nodes.enumerated() {
            places[node.id] = place
            var hash = StableHash()
            hash.add(node)
            names.append(hash.state)
        }
        let edges = graph.relationships.map { edge in
            var hash = StableHash()
            hash.add(edge)
            return (
                source: places[edge.source], target: places[edge.target], content: hash.state
            )
        }
        for _ in 0..<3 {
            var next = names
            for edge in edges {
                guard let source = edge.source, let target = edge.target else { continue }
                next[source] &+= StableHash.mixed(edge.content, names[target], 1)
                next[target] &+= StableHash.mixed(edge.content, names[source], 2)
            }
            names = next.map { StableHash.mixed($0, 0, 0) }
        }
        nodes = names.sorted()
        relationships = edges.map { edge in
            StableHash.mixed(
                edge.content, edge.source.map { names[$0] } ?? 0,
                edge.target.map { names[$0] } ?? 0)
        }.sorted()
    }
}
