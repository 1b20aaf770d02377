/// An order of a pattern's steps that is drawn at random: any order gives the same rows, and tests
/// hold the planner to that.
extension PatternOrder {
    /// The most rows, by the estimate, that a node may be multiplied with when it is found by itself
    /// although a relationship leads to it.
    private static let crossRowsMax = 200.0

    /// The moves of an order drawn from `seed`.
    func random(seed: UInt64) -> [PlannedMove] {
        var generator = SplitMix(seed: seed)
        var state = start
        while !isSolved(state) {
            var candidates = moves(from: state).flatMap { alternatives(to: $0) }
            let isStuck = candidates.allSatisfy { if case .start = $0 { true } else { false } }
            if isStuck || generator.next() % 4 == 0 {
                candidates += starts(from: state, isStuck: isStuck)
            }
            guard let move = candidates.randomElement(using: &generator) else { break }
            state = applied(move, to: state)
        }
        return moves(to: state)
    }

    /// A move and the plainer one that does the same.
    private func alternatives(to move: PatternMove) -> [PatternMove] {
        if case .factor(let relationship, let fromLeft, _) = move {
            return [move, .expand(relationship: relationship, fromLeft: fromLeft)]
        }
        return [move]
    }

    /// Every way to find every node by itself.
    private func starts(from state: State, isStuck: Bool) -> [PatternMove] {
        let inner = pattern.innerNodesOfSelections
        return pattern.nodes.indices.filter {
            !state.nodes.contains($0) && !inner.contains($0)
        }.flatMap { index in
            finder.all(pattern.nodes[index].variable, known: known(state))
                .filter { isStuck || $0.rows * state.rows <= Self.crossRowsMax }
                .map { .start(node: index, $0) }
        }
    }
}
