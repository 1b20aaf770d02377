import KithGraph

/// A value for each group, in raw memory that grows with the groups.
final class GroupValues<Element: BitwiseCopyable> {
    @exclusivity(unchecked) private(set) var values: UnsafeMutablePointer<Element>
    @exclusivity(unchecked) private(set) var count = 0
    private var memory: DecodedMemory
    private var capacity = initialCapacity
    private let initial: Element

    private static var initialCapacity: Int { 16 }

    /// New groups begin with `initial`.
    init(_ initial: Element) {
        self.initial = initial
        memory = DecodedMemory(byteCount: Self.initialCapacity * MemoryLayout<Element>.stride)
        values = memory.start.assumingMemoryBound(to: Element.self)
    }

    deinit { memory.free() }

    /// Makes room for groups below `newCount`.
    @inline(__always)
    func extend(to newCount: Int) {
        if newCount > count { grow(to: newCount) }
    }

    private func grow(to newCount: Int) {
        if newCount > capacity {
            capacity = max(newCount, capacity * 2)
            let grown = DecodedMemory(byteCount: capacity * MemoryLayout<Element>.stride)
            let moved = grown.start.assumingMemoryBound(to: Element.self)
            moved.moveInitialize(from: values, count: count)
            memory.free()
            memory = grown
            values = moved
        }
        (values + count).initialize(repeating: initial, count: newCount - count)
        count = newCount
    }

    /// Forgets all groups and keeps the memory.
    func removeAll() { count = 0 }

    /// The bytes it holds.
    var sizeInBytes: Int { capacity * MemoryLayout<Element>.stride }
}

extension GroupValues<Int64> {
    /// The values of some groups as they lie here; 0 for groups that it has not.
    func vector(_ groups: Range<Int>, _ layout: Vector.Layout = .integer) -> Vector {
        let result = Vector(layout, count: groups.count)
        let known = max(min(groups.upperBound, count) - groups.lowerBound, 0)
        result.integers.update(from: values + groups.lowerBound, count: known)
        (result.integers + known).update(repeating: 0, count: groups.count - known)
        return result
    }
}
