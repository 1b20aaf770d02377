/// An order of a pattern's steps that is drawn at random: any order gives the same rows, and tests
/// hold the planner to that.
extension PatternOrder {
    /// The most rows, by the estimate, that a node may be multiplied with when it is found by itself
    /// although a relationship leads to it.
    private static let crossRowsMax = 200.0

    /// An order drawn from `seed`.
    func random(seed: UInt64) -> State {
        var generator = SplitMix(seed: seed)
        var state = start
        while !isSolved(state) {
            var candidates = moves(from: state)
            let isStuck = candidates.allSatisfy { if case .start = $0 { true } else { false } }
            if isStuck || generator.next() % 4 == 0 {
                candidates += starts(from: state, isStuck: isStuck)
            }
            guard let move = candidates.randomElement(using: &generator) else { break }
            state = applied(move, to: state)
        }
        return state
    }

    /// Every way to find every node by itself.
    private func starts(from state: State, isStuck: Bool) -> [PatternMove] {
        let inner = pattern.innerNodesOfSelections
        return pattern.nodes.indices.filter {
            !state.nodes.contains($0) && !inner.contains($0)
        }.flatMap { index in
            finder.all(pattern.nodes[index].variable, known: state.known)
                .filter { isStuck || $0.rows * state.rows <= Self.crossRowsMax }
                .map { .start(node: index, $0) }
        }
    }
}
