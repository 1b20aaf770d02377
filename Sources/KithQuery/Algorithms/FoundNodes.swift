/// The nodes that one thread of a team finds in a round.
final class FoundNodes: @unchecked Sendable {
    // Sendable: used by one thread at a time.

    @exclusivity(unchecked) var nodes: [UInt32] = []

    /// What was found, and forgets it.
    func take() -> [UInt32] {
        defer { nodes = [] }
        return nodes
    }
}
