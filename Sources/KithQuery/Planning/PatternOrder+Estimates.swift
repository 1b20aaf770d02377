extension PatternOrder {
    /// Adds a move's rows and cost to a state, and what it solves.
    func estimate(_ move: PatternMove, _ next: inout State) {
        let pattern = facts.pattern
        let before = next.rows
        switch move {
        case .start(let index, let access):
            next.nodes.insert(index)
            next.rows *= access.rows
            next.cost += next.rows
        case .count(let index):
            next.nodes.insert(index)
            next.cost += before
        case .expand(let index, let fromLeft):
            next.relationships.insert(index)
            next.nodes.insert(farEnd(index, fromLeft))
            next.rows *= fanOut(index, fromLeft: fromLeft)
            next.cost += before + next.rows * reach(of: farEnd(index, fromLeft))
        case .factor(let index, let fromLeft, _):
            next.relationships.insert(index)
            next.nodes.insert(farEnd(index, fromLeft))
            next.rows *= min(1, fanOut(index, fromLeft: fromLeft))
            next.cost += before
        case .into(let index):
            let relationship = pattern.relationships[index]
            let reached = fanOut(index, fromLeft: true)
            next.relationships.insert(index)
            next.rows *= min(1, reached / nodeCount(relationship.to))
            // A variable-length step between known nodes still walks every path.
            next.cost += before * (relationship.length == nil ? 2 : 1 + reached)
        case .intersect(let node, let relationships, let intersection):
            var reached: [Double] = []
            for (index, near) in zip(relationships, [intersection.first, intersection.second]) {
                next.relationships.insert(index)
                reached.append(
                    fanOut(index, fromLeft: pattern.relationships[index].from == near))
            }
            next.nodes.insert(node)
            next.rows *= reached[0] * reached[1] / nodeCount(node)
            next.cost +=
                before * (1 + 0.3 * min(reached[0], reached[1])) + next.rows * reach(of: node)
        case .ends(let index):
            let relationship = pattern.relationships[index]
            next.relationships.insert(index)
            next.nodes.insert(relationship.from)
            next.nodes.insert(relationship.to)
            next.cost += before
        case .shortest(let index):
            for relationship in pattern.selections[index].relationships {
                next.relationships.insert(relationship)
            }
            for node in pattern.innerNodes(of: pattern.selections[index]) {
                next.nodes.insert(node)
            }
            next.cost += before * 100
        case .group: break
        }
    }

    /// What it costs to reach a node of a pattern and to read its properties, compared with reaching it:
    /// properties of nodes that come in random order out of very many do not lie in the processor's
    /// caches.
    private func reach(of node: Int) -> Double {
        let properties = Double(facts.propertiesRead[node])
        let isCached = nodeCount(node) * properties <= Self.cachedValuesMax
        return 1 + properties * (isCached ? 0.1 : 1.5)
    }

    /// So many values of eight bytes fit in a processor's caches.
    private static let cachedValuesMax = 262_144.0

    private func farEnd(_ index: Int, _ fromLeft: Bool) -> Int {
        let relationship = facts.pattern.relationships[index]
        return fromLeft ? relationship.to : relationship.from
    }

    private func nodeCount(_ node: Int) -> Double {
        max(statistics.nodeCount(labels: facts.nodeLabels[node]), 1)
    }

    /// How many rows one row becomes when a relationship is followed.
    static func fanOut(
        _ index: Int, fromLeft: Bool, _ facts: PatternFacts, _ statistics: PlanningStatistics
    ) -> Double {
        let relationship = facts.pattern.relationships[index]
        let near = fromLeft ? relationship.from : relationship.to
        let far = fromLeft ? relationship.to : relationship.from
        let nearLabels = facts.nodeLabels[near]
        let farLabels = facts.nodeLabels[far]
        let direction = fromLeft ? relationship.direction : relationship.direction.reversed
        let types = relationship.typeNames
        var count = 0.0
        if direction != .incoming {
            count += statistics.relationshipCount(types: types, from: nearLabels, to: farLabels)
        }
        if direction != .outgoing {
            count += statistics.relationshipCount(types: types, from: farLabels, to: nearLabels)
        }
        let degree = count / max(statistics.nodeCount(labels: nearLabels), 1)
        guard let length = relationship.length else { return degree }
        let longest = min(length.maximum ?? length.minimum + 4, length.minimum + 8)
        var total = 0.0
        for hops in length.minimum...max(longest, length.minimum) {
            total += (0..<hops).reduce(1.0) { product, _ in min(product * max(degree, 0.01), 1e12) }
        }
        return total
    }
}
