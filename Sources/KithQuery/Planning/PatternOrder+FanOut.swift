import KithGraph

/// How many rows one row becomes along a relationship, from exact counts by type and labels, and from
/// samples of how degrees go together and how often cycles close.
extension PatternOrder {
    /// How many rows one row becomes when a relationship is followed, from any node.
    func fanOut(_ index: Int, fromLeft: Bool) -> Double {
        let known = fromLeft ? fanOuts[index].left : fanOuts[index].right
        return known.total
    }

    /// The same from a node as it was reached: one that many relationships lead to is reached more
    /// often, and may have more or fewer of others.
    func fanOut(_ index: Int, fromLeft: Bool, _ state: State) -> Double {
        let known = fromLeft ? fanOuts[index].left : fanOuts[index].right
        guard let reaching = reaching(index, fromLeft: fromLeft, state) else { return known.total }
        return samples.value(.fanOut(index, fromLeft: fromLeft, reaching: reaching)) {
            let degree = reachedDegree(index, fromLeft: fromLeft, reaching: reaching, known.degree)
            return Self.walks(pattern.relationships[index].length, known.degree, next: degree)
        }
    }

    /// The share of the ends that have the labels which the pattern demands.
    func labelShare(_ index: Int, fromLeft: Bool) -> Double {
        let known = fromLeft ? fanOuts[index].left : fanOuts[index].right
        return known.labelShare
    }

    /// The share of nodes, as they were reached, from which a relationship leads anywhere.
    func shareWithAny(_ index: Int, fromLeft: Bool, _ state: State) -> Double {
        let known = fromLeft ? fanOuts[index].left : fanOuts[index].right
        if known.total == 0 { return 0 }
        let reaching = reaching(index, fromLeft: fromLeft, state)
        return samples.value(.anyShare(index, fromLeft: fromLeft, reaching: reaching)) {
            let near = nearEnd(index, fromLeft)
            guard let counted = step(index, from: near),
                let degrees = statistics.degrees(
                    labels: labels(of: near), reaching: reaching.flatMap { step($0, from: near) },
                    counted: counted)
            else { return min(1, known.total) }
            let labelled = known.total * degrees.meanWhereReached / max(degrees.mean, 1e-9)
            return min(degrees.shareWithAnyWhereReached, max(labelled, known.total))
        }
    }

    // MARK: Degrees

    /// The exact counts along a relationship.
    struct FanOut {
        /// Relationships to nodes with the demanded labels, a node.
        let degree: Double
        /// Their share of all.
        let labelShare: Double
        /// How many rows one becomes.
        let total: Double
    }

    static func fanOut(
        _ index: Int, fromLeft: Bool, _ facts: PatternFacts, _ statistics: PlanningStatistics,
        labels: [[String]]
    ) -> FanOut {
        let relationship = facts.pattern.relationships[index]
        let near = fromLeft ? relationship.from : relationship.to
        let far = fromLeft ? relationship.to : relationship.from
        let direction = fromLeft ? relationship.direction : relationship.direction.reversed
        let types = relationship.typeNames
        func count(to farLabels: [String]) -> Double {
            var count = 0.0
            if direction != .incoming {
                count += statistics.relationshipCount(
                    types: types, from: labels[near], to: farLabels)
            }
            if direction != .outgoing {
                count += statistics.relationshipCount(
                    types: types, from: farLabels, to: labels[near])
            }
            return count
        }
        let labelled = count(to: facts.nodeLabels[far])
        let all = facts.nodeLabels[far].isEmpty ? labelled : count(to: [])
        let degree = labelled / max(statistics.nodeCount(labels: labels[near]), 1)
        return FanOut(
            degree: degree, labelShare: all > 0 ? labelled / all : 1,
            total: walks(relationship.length, degree, next: degree))
    }

    /// The walks of one row along a variable-length relationship, of which each step after the first has
    /// so many ways to go on; for a single one its degree.
    private static func walks(_ length: LengthRange?, _ first: Double, next: Double) -> Double {
        guard let length else { return next }
        // An estimate for that many steps is as great or as small as it gets, however many more are asked
        // for: any 64-bit number can stand in a statement.
        let least = min(length.minimum, 64)
        let longest = min(length.maximum ?? least + 4, least + 8)
        var total = 0.0
        for hops in least...max(longest, least) {
            if hops == 0 {
                total += 1
                continue
            }
            total += (1..<hops).reduce(max(first, 0.01)) { product, _ in
                min(product * max(next, 0.01), 1e12)
            }
        }
        return total
    }

    /// The relationship that tells most of how the node was reached from which another one is followed:
    /// a solved one that rows came by or went by, or for a variable-length one itself.
    private func reaching(_ index: Int, fromLeft: Bool, _ state: State) -> Int? {
        if pattern.relationships[index].length != nil { return index }
        let near = nearEnd(index, fromLeft)
        return facts.incident[near].intersection(state.weighting).elements.last {
            $0 != index
                && pattern.relationships[$0].length == nil
                && pattern.relationships[$0].quantified == nil
        }
    }

    /// The degree of nodes that were reached over another relationship, not counting that one where it
    /// cannot be followed again.
    private func reachedDegree(
        _ index: Int, fromLeft: Bool, reaching: Int, _ degree: Double
    ) -> Double {
        let near = nearEnd(index, fromLeft)
        let isRepeated = reaching == index
        let nearLabels = isRepeated ? labels(of: farEnd(index, fromLeft)) : labels(of: near)
        guard let counted = step(index, from: near) else { return degree }
        // The next node of a variable-length walk was reached by the relationship seen from behind.
        let seen =
            isRepeated
            ? step(index, from: farEnd(index, fromLeft)) : step(reaching, from: near)
        guard let seen,
            let sample = statistics.degrees(labels: nearLabels, reaching: seen, counted: counted),
            sample.mean > 0
        else { return degree }
        // The exact mean degree, corrected by what the sample says of those reached.
        let corrected = degree * sample.meanWhereReached / sample.mean
        let isSame = seen.types == counted.types && seen.direction == counted.direction
        let isExcluded = isSame && (isRepeated || facts.conflicts[index].contains(reaching))
        return isExcluded ? max(corrected - 1, corrected * 0.1) : corrected
    }

    // MARK: Steps as the graph knows them

    func nearEnd(_ index: Int, _ fromLeft: Bool) -> Int {
        let relationship = pattern.relationships[index]
        return fromLeft ? relationship.from : relationship.to
    }

    /// The step along a relationship from one of its nodes; nil where it is none of a plain type.
    func step(_ index: Int, from near: Int) -> WalkStep? {
        let relationship = pattern.relationships[index]
        guard relationship.quantified == nil else { return nil }
        let isLeft = relationship.from == near
        let far = isLeft ? relationship.to : relationship.from
        return statistics.step(
            types: relationship.typeNames,
            isLeft ? relationship.direction : relationship.direction.reversed,
            to: facts.nodeLabels[far])
    }
}
