import KithGraph
import Synchronization

/// The nodes that are to be looked at: marked by any thread, and taken in a fixed order.
final class WaitingNodes: @unchecked Sendable {
    // Sendable: the marks are atomic; the rest is used between the steps of a team.

    private let marks: UnsafeMutablePointer<Atomic<UInt8>>
    private let room: UnsafeMutablePointer<UInt32>
    private static let blockSize = 8_192

    /// All of `count` nodes wait.
    init(count: Int) {
        marks = .allocate(capacity: max(count, 1))
        room = .allocate(capacity: max(count, 1))
        for node in 0..<count { (marks + node).initialize(to: Atomic(1)) }
    }

    deinit {
        marks.deallocate()
        room.deallocate()
    }

    /// Has a node looked at. Most wait already, and a write would take the mark away from the other
    /// threads' caches.
    @inline(__always)
    func add(_ node: Int) {
        if marks[node].load(ordering: .relaxed) == 0 { marks[node].store(1, ordering: .relaxed) }
    }

    /// A node is looked at.
    @inline(__always)
    func remove(_ node: Int) { marks[node].store(0, ordering: .relaxed) }

    /// The nodes of `order`, each of which is there at most once, that wait.
    func waiting(_ order: [UInt32], _ team: WorkTeam) throws(WorkStopped) -> [UInt32] {
        let size = Self.blockSize
        let counts = UnsafeMutablePointer<Int>.filled(order.count / size + 1, 0)
        defer { counts.deallocate() }
        try order.withUnsafeBufferPointer { (order) throws(WorkStopped) in
            try team.forEachBlock(of: order.count, size: size) { block, _ in
                var end = block.lowerBound
                for index in block {
                    room[end] = order[index]
                    end &+= Int(marks[Int(order[index])].load(ordering: .relaxed))
                }
                counts[block.lowerBound / size] = end &- block.lowerBound
            }
        }
        var found: [UInt32] = []
        for block in 0..<(order.count + size - 1) / size {
            found += UnsafeBufferPointer(start: room + block * size, count: counts[block])
        }
        return found
    }
}
