import KithGraph

/// How often a relationship closes a cycle: ends that a walk joins are joined by another relationship far
/// more often, or more rarely, than any two nodes.
extension PatternOrder {
    /// How many relationships lead between two nodes that are known both: in the mean, and the share of
    /// rows with any.
    func closure(_ index: Int, _ state: State) -> (mean: Double, share: Double) {
        let relationship = pattern.relationships[index]
        let mean = fanOut(index, fromLeft: true) / nodeCount(relationship.to)
        let independent = (mean: mean, share: min(1, mean))
        guard relationship.length == nil,
            let path = path(from: relationship.to, to: relationship.from, state)
        else { return (min(1, mean), min(1, mean)) }
        return sampled(path, Hop(relationship: index, from: relationship.from)) ?? independent
    }

    /// How many common neighbours two known nodes have in the mean.
    ///
    /// `follow`: the relationship from `first` to `node`; `close`: that from `second`.
    func commonNeighbours(
        _ follow: Int, from first: Int, _ close: Int, from second: Int, at node: Int,
        _ state: State
    ) -> Double {
        let isLeft = pattern.relationships[follow].from == first
        let followed = fanOut(follow, fromLeft: isLeft, state)
        let isCloseLeft = pattern.relationships[close].from == second
        let independent = fanOut(close, fromLeft: isCloseLeft) / nodeCount(node)
        guard let path = path(from: second, to: first, state),
            let sampled = sampled(
                path + [Hop(relationship: follow, from: first)],
                Hop(relationship: close, from: node))
        else { return followed * independent }
        return followed * sampled.mean
    }

    private typealias Hop = PatternSamples.Hop

    /// What walks along a path show; nil where none of them closed, which says too little.
    ///
    /// They begin at the node of the path of which there are most, so that many begin at each of the
    /// others as often as they are in a path.
    private func sampled(
        _ path: [Hop], _ closing: Hop
    ) -> (mean: Double, share: Double)? {
        samples.closing(PatternSamples.Closing(path: path, closing: closing)) {
            walked(path, closing)
        }
    }

    private func walked(
        _ path: [Hop], _ closing: Hop
    ) -> (mean: Double, share: Double)? {
        guard let firstHop = path.first,
            let closing = step(closing.relationship, from: closing.from)
        else { return nil }
        let nodes = [firstHop.from] + path.map { farEnd($0) }
        var middle = 0
        for place in nodes.indices where nodeCount(nodes[place]) > nodeCount(nodes[middle]) {
            middle = place
        }
        let back = path[..<middle].reversed().compactMap { step($0.relationship, from: farEnd($0)) }
        let forth = path[middle...].compactMap { step($0.relationship, from: $0.from) }
        guard back.count + forth.count == path.count,
            let known = statistics.closure(
                labels: labels(of: nodes[middle]), back: back, forth: forth, closing: closing),
            known.mean > 0
        else { return nil }
        return (known.mean, known.shareWithAny)
    }

    private func farEnd(_ hop: Hop) -> Int {
        let relationship = pattern.relationships[hop.relationship]
        return relationship.from == hop.from ? relationship.to : relationship.from
    }

    /// No longer walks than this are sampled.
    private static let pathLengthMax = 6

    /// The shortest way between two nodes over solved relationships; nil where there is none.
    private func path(from begin: Int, to end: Int, _ state: State) -> [Hop]? {
        var reached = [begin: [Hop]()]
        var open = [begin]
        while !open.isEmpty {
            let node = open.removeFirst()
            let path = reached[node] ?? []
            if node == end { return path }
            guard path.count < Self.pathLengthMax else { continue }
            for index in facts.incident[node].elements where state.relationships.contains(index) {
                let relationship = pattern.relationships[index]
                guard relationship.length == nil, relationship.quantified == nil else { continue }
                let hop = Hop(relationship: index, from: node)
                let next = farEnd(hop)
                if reached[next] == nil {
                    reached[next] = path + [hop]
                    open.append(next)
                }
            }
        }
        return nil
    }
}
