import KithTestSupport

/// The random choices from which a query is made, recorded so that it can be made again with some
/// of them changed: that is how failures are shrunk. Choice 0 is always the simplest.
struct Choices {
    private(set) var recorded: [UInt32]
    private var position = 0
    private var generator: SeededGenerator?

    /// New choices.
    init(seed: UInt64) {
        recorded = []
        generator = SeededGenerator(seed: seed)
    }

    /// Choices made before; after their end every choice is the simplest.
    init(replaying recorded: [UInt32]) {
        self.recorded = recorded
    }

    /// A number below `bound`.
    mutating func below(_ bound: Int) -> Int {
        if position < recorded.count {
            position += 1
            return Int(recorded[position - 1]) % bound
        }
        guard var generator else { return 0 }
        let number = Int.random(in: 0..<bound, using: &generator)
        self.generator = generator
        recorded.append(UInt32(number))
        position += 1
        return number
    }

    /// True in `percent` of 100 cases.
    mutating func chance(_ percent: Int) -> Bool { below(100) >= 100 - percent }

    /// One of several; the first is the simplest.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}
