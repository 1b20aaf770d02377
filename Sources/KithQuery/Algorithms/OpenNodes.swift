import KithGraph
import Synchronization

/// The nodes whose strong component is not known yet, and the components of the others.
final class OpenNodes: @unchecked Sendable {
    // Sendable: threads write states and components of nodes of their own; the rest changes between steps.

    /// What is known of a node.
    enum State {
        static let open: UInt8 = 0
        static let closed: UInt8 = 1
        /// Reached from the node that a component is searched from.
        static let isReached: UInt8 = 2
        /// Reached, and it reaches that node.
        static let isMember: UInt8 = 3
        /// Found in a round of a search that is not over.
        static let isFound: UInt8 = 4
    }

    /// The state of each node: one thread's to change, and read by others meanwhile.
    let states: UnsafeMutablePointer<Atomic<UInt8>>
    /// The smallest node of the component of each closed node.
    private let components: UnsafeMutablePointer<UInt32>
    /// How many nodes are open.
    private(set) var count: Int
    /// How many components the others make.
    private var componentCount = 0
    private let nodeCount: Int
    private let team: WorkTeam

    static let blockSize = 4_096

    /// All of `count` nodes are open.
    init(
        _ count: Int, _ components: UnsafeMutablePointer<UInt32>, _ team: WorkTeam
    ) throws(WorkStopped) {
        (self.count, nodeCount) = (count, count)
        self.components = components
        self.team = team
        let states = UnsafeMutablePointer<Atomic<UInt8>>.allocate(capacity: max(count, 1))
        self.states = states
        try team.forEachBlock(of: count, size: Self.blockSize) { block, _ in
            for node in block { (states + node).initialize(to: Atomic(State.open)) }
        }
    }

    deinit { states.deallocate() }

    /// The state of a node.
    @inline(__always)
    func state(_ node: Int) -> UInt8 { states[node].load(ordering: .relaxed) }

    /// Gives a node a state.
    @inline(__always)
    func set(_ node: Int, _ state: UInt8) { states[node].store(state, ordering: .relaxed) }

    /// Whether a node is open; may be asked while its thread closes it.
    @inline(__always)
    func isOpen(_ node: Int) -> Bool { state(node) == State.open }

    /// Closes a node of the component whose smallest node is `first`, nil for its own;
    /// ``closed(_:components:)`` is to be told how many were.
    @inline(__always)
    func close(_ node: Int, first: Int? = nil) {
        components[node] = UInt32(truncatingIfNeeded: first ?? node)
        set(node, State.closed)
    }

    /// Notes how many nodes were closed, and how many components they make.
    func closed(_ closed: Int, components: Int) {
        count -= closed
        componentCount += components
    }

    /// The open node for which `worth` is greatest, of several the first; nil where none is open.
    func best(_ worth: (Int) -> Int) throws(WorkStopped) -> Int? {
        let found = try perBlock { (block) -> Candidate in
            var best = Candidate()
            for node in block where isOpen(node) {
                let worth = worth(node)
                if worth > best.worth { best = Candidate(node: node, worth: worth) }
            }
            return best
        }
        var best = Candidate()
        for other in found where other.worth > best.worth { best = other }
        return best.worth < 0 ? nil : best.node
    }

    private struct Candidate: BitwiseCopyable {
        var node = 0
        var worth = -1
    }

    /// Makes the nodes of ``State/isMember`` a component, and those of ``State/isReached`` open again.
    func closeMembers() throws(WorkStopped) {
        let firsts = try perBlock { (block) -> Int in
            block.first { state($0) == State.isMember } ?? Int.max
        }
        guard let first = firsts.min(), first < Int.max else { return }
        let closed = try perBlock { (block) -> Int in
            var closed = 0
            for node in block {
                switch state(node) {
                case State.isMember:
                    close(node, first: first)
                    closed &+= 1
                case State.isReached: set(node, State.open)
                default: break
                }
            }
            return closed
        }
        self.closed(closed.reduce(0, +), components: 1)
    }

    /// Numbers the components from 0 in the order of their first nodes, once all nodes are closed.
    func number() throws(WorkStopped) {
        // Each node is the first of its component, and has its number.
        if componentCount == nodeCount { return }
        let components = components
        if team.count == 1 {
            var next: UInt32 = 0
            for node in 0..<nodeCount {
                let first = Int(components[node])
                // The first node of its component was numbered before.
                components[node] = first == node ? next : components[first]
                next &+= first == node ? 1 : 0
            }
            return
        }
        var before = try perBlock { (block) -> UInt32 in
            var firsts: UInt32 = 0
            for node in block {
                firsts &+= components[node] == UInt32(truncatingIfNeeded: node) ? 1 : 0
            }
            return firsts
        }
        var total: UInt32 = 0
        for block in before.indices { (before[block], total) = (total, total + before[block]) }
        let numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: max(nodeCount, 1))
        defer { numbers.deallocate() }
        let starts = before
        try team.forEachBlock(of: nodeCount, size: Self.blockSize) { block, _ in
            var next = starts[block.lowerBound / Self.blockSize]
            for node in block {
                // A number for each, which only those of the first nodes are.
                numbers[node] = next
                next &+= components[node] == UInt32(truncatingIfNeeded: node) ? 1 : 0
            }
        }
        try team.forEachBlock(of: nodeCount, size: Self.blockSize) { block, _ in
            for node in block { components[node] = numbers[Int(components[node])] }
        }
    }

    /// What `body` gives for each block of nodes.
    private func perBlock<Result: BitwiseCopyable>(
        _ body: (Range<Int>) -> Result
    ) throws(WorkStopped) -> [Result] {
        let size = Self.blockSize
        let (nodeCount, team) = (nodeCount, team)
        let blocks = (nodeCount + size - 1) / size
        return try [Result].written(blocks) { (results) throws(WorkStopped) in
            try team.forEachBlock(of: nodeCount, size: size) { block, _ in
                (results + block.lowerBound / size).initialize(to: body(block))
            }
        }
    }
}
