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
    /// Adds the values of another's groups to those of some groups; false, with nothing done, where a sum
    /// does not fit.
    func add(_ other: GroupValues<Int64>, _ groups: Range<Int>) -> Bool {
        let (values, added) = (values, other.values)
        let end = min(groups.upperBound, other.count)
        // Its sign tells whether any sum has another than both of its parts.
        var overflows: Int64 = 0
        var group = groups.lowerBound
        while group < end {
            let sum = values[group] &+ added[group]
            overflows |= (values[group] ^ sum) & (added[group] ^ sum)
            group &+= 1
        }
        guard overflows >= 0 else { return false }
        group = groups.lowerBound
        while group < end {
            values[group] &+= added[group]
            group &+= 1
        }
        return true
    }

    /// The values of some groups as they lie here; 0 for groups that it has not.
    func vector(_ groups: Range<Int>, _ layout: Vector.Layout = .integer) -> Vector {
        let result = Vector(layout, count: groups.count)
        let known = max(min(groups.upperBound, count) - groups.lowerBound, 0)
        result.integers.update(from: values + groups.lowerBound, count: known)
        (result.integers + known).update(repeating: 0, count: groups.count - known)
        return result
    }
}
