import Glibc

extension PatternOrder {
    /// Adds a move's rows and cost to a state, and what it solves. The result is how many rows the step
    /// gives before the labels of a node that it finds are tested.
    func estimate(_ move: PatternMove, _ next: inout State) -> Double {
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
            return estimateExpansion(index, fromLeft, &next)
        case .factor(let index, let fromLeft, let factor):
            let share = shareWithAny(index, fromLeft: fromLeft, next)
            next.relationships.insert(index)
            next.nodes.insert(farEnd(index, fromLeft))
            next.rows *= share
            // Whether each neighbour is one of another node's takes a search for each.
            next.cost += before * (factor.connection == nil ? 1 : 8)
        case .into(let index):
            let relationship = pattern.relationships[index]
            let reached = fanOut(index, fromLeft: true)
            let found = closure(index, next)
            next.relationships.insert(index)
            next.rows *= isCounted(index, next) ? found.share : found.mean
            // A variable-length step between known nodes still walks every path.
            next.cost += before * (relationship.length == nil ? 2 : 1 + reached)
        case .intersect(let node, let relationships, let intersection):
            estimateIntersection(node, relationships, intersection, &next)
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
        return next.rows
    }

    private func estimateExpansion(
        _ index: Int, _ fromLeft: Bool, _ next: inout State
    ) -> Double {
        let before = next.rows
        let far = farEnd(index, fromLeft)
        let fanOut = fanOut(index, fromLeft: fromLeft, next)
        next.relationships.insert(index)
        next.weighting.insert(index)
        next.nodes.insert(far)
        next.rows *= fanOut
        let found = next.rows / max(labelShare(index, fromLeft: fromLeft), 1e-9)
        next.cost += before + found * reach(of: far)
        return found
    }

    private func estimateIntersection(
        _ node: Int, _ relationships: [Int], _ intersection: PatternFacts.Intersection,
        _ next: inout State
    ) {
        let before = next.rows
        let (first, second) = (intersection.first, intersection.second)
        let reached = zip(relationships, [first, second]).map { index, near in
            fanOut(index, fromLeft: facts.pattern.relationships[index].from == near, next)
        }
        // The rarer neighbours are followed: more of them close the cycle, which a sample shows better.
        let common =
            reached[0] <= reached[1]
            ? commonNeighbours(
                relationships[0], from: first, relationships[1], from: second, at: node, next)
            : commonNeighbours(
                relationships[1], from: second, relationships[0], from: first, at: node, next)
        let probes = probes(reached, [first, second], next)
        for index in relationships {
            next.relationships.insert(index)
            next.weighting.insert(index)
        }
        next.nodes.insert(node)
        // Where nobody looks at the node a row is kept if there is any, and weighs as many.
        let isFound = facts.weight == nil || isLive(node: node, next)
        next.rows *= isFound ? common : -expm1(-common)
        next.cost += before * (1 + 0.3 * probes) + next.rows * reach(of: node)
    }

    /// How many neighbours a row has to look at for an intersection: the list of one node is marked, once
    /// for all rows that share it and come together, and that of the other one is looked through.
    private func probes(_ reached: [Double], _ nodes: [Int], _ state: State) -> Double {
        let shared = nodes.map { max(state.rows / max(state.rowsWhenFound[$0], 1), 1) }
        return min(reached[0] / shared[0] + reached[1], reached[1] / shared[1] + reached[0])
    }

    /// Whether a relationship between known nodes only multiplies the weight.
    private func isCounted(_ index: Int, _ state: State) -> Bool {
        facts.weight != nil && !isLive(relationship: index, state)
    }

    /// What it costs to reach a node of a pattern and to read its properties, compared with reaching it:
    /// properties of nodes that come in random order out of very many do not lie in the processor's
    /// caches.
    private func reach(of node: Int) -> Double {
        let properties = Double(facts.propertiesRead[node])
        let values = nodeCount(node) * properties
        if values <= Self.cachedValuesMax { return 1 + properties * 0.1 }
        return 1 + properties * (values <= Self.nearValuesMax ? 1.5 : 3)
    }

    /// So many values of eight bytes fit in a processor's caches.
    private static let cachedValuesMax = 262_144.0
    /// So many lie in the caches for some part, and on pages that the processor knows the way to.
    private static let nearValuesMax = 8_388_608.0

    func farEnd(_ index: Int, _ fromLeft: Bool) -> Int {
        let relationship = facts.pattern.relationships[index]
        return fromLeft ? relationship.to : relationship.from
    }
}
