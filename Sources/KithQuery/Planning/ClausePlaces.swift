import KithLanguage

/// Where the clauses stand that the steps of a plan were made for: what is marked where a statement
/// fails for a reason that is no expression's, such as its deadline.
struct ClausePlaces: Sendable {
    /// Holds the nodes, so that no other gets their identity.
    private var places: [ObjectIdentifier: (node: PlanNode, span: SourceSpan)] = [:]

    /// Where the clause of a step stands; nil where the text does not write it.
    subscript(node: PlanNode) -> SourceSpan? { places[ObjectIdentifier(node)]?.span }

    /// Notes that the steps from `top` down to those of earlier clauses were made for one clause.
    mutating func note(_ top: PlanNode, _ span: SourceSpan) {
        var waiting = [top]
        while let node = waiting.popLast() {
            guard places[ObjectIdentifier(node)] == nil else { continue }
            places[ObjectIdentifier(node)] = (node, span)
            waiting += node.inputs
        }
    }

    /// Notes for a plan that was made of another what is known of that one's steps.
    mutating func carry(from original: PlanNode, to copy: PlanNode) {
        var waiting = [(original, copy)]
        while let (old, new) = waiting.popLast() {
            if old === new { continue }
            places[ObjectIdentifier(new)] = places[ObjectIdentifier(old)].map { (new, $0.span) }
            if new.step is DistinctStep, !(old.step is DistinctStep) {
                // A step that makes rows distinct was put above this one.
                waiting.append((old, new.inputs[0]))
                continue
            }
            if old.step is BuildPathStep, new.step is SelectPathsStep {
                // The step that selected the paths gives their lengths.
                waiting.append((old.inputs[0], new))
                continue
            }
            for (input, other) in zip(old.inputs, new.inputs) {
                // A step that merged rows may have been left out.
                let isMissing =
                    input.step is GroupWeightsStep && !(other.step is GroupWeightsStep)
                waiting.append((isMissing ? input.inputs[0] : input, other))
            }
        }
    }
}
