/// What was worked out for one pattern, so that no order of steps asks for the same again.
final class PatternSamples {
    /// What is asked of a relationship of the pattern; `reaching` is another by which its near node was
    /// reached.
    enum Question: Hashable {
        case fanOut(Int, fromLeft: Bool, reaching: Int)
        case anyShare(Int, fromLeft: Bool, reaching: Int?)
    }

    /// How often a relationship, followed from a node, closes a path of the pattern.
    struct Closing: Hashable {
        let path: [Hop]
        let closing: Hop
    }

    /// A relationship of the pattern, and the node of the pattern from which it is followed.
    struct Hop: Hashable {
        let relationship: Int
        let from: Int
    }

    private var known: [Question: Double] = [:]
    private var closings: [Closing: (mean: Double, share: Double)?] = [:]

    func value(_ question: Question, _ work: () -> Double) -> Double {
        if let value = known[question] { return value }
        let value = work()
        known[question] = value
        return value
    }

    func closing(
        _ question: Closing, _ work: () -> (mean: Double, share: Double)?
    ) -> (mean: Double, share: Double)? {
        if let value = closings[question] { return value }
        let value = work()
        closings[question] = .some(value)
        return value
    }
}
