/// Room for neighbours that lie nowhere else: lists one after the other, as they are added.
final class NeighbourRoom {
    private static let capacityMin = 64
    /// Room for more is given back once it is not needed.
    private static let capacityKeptMax = 4_096

    private var buffer = UnsafeMutablePointer<UInt64>.allocate(capacity: capacityMin)
    private var capacity = capacityMin
    /// The number of neighbours.
    @exclusivity(unchecked) private(set) var count = 0

    deinit { buffer.deallocate() }

    /// Forgets all neighbours.
    func clear() {
        count = 0
        if capacity > Self.capacityKeptMax { move(to: Self.capacityMin) }
    }

    /// Adds so many neighbours, which the caller writes there before anything else is asked of this.
    func add(_ more: Int) -> UnsafeMutablePointer<UInt64> {
        if capacity - count < more { move(to: max(count + more, capacity * 2)) }
        defer { count += more }
        return buffer + count
    }

    private func move(to newCapacity: Int) {
        let moved = UnsafeMutablePointer<UInt64>.allocate(capacity: newCapacity)
        moved.update(from: buffer, count: count)
        buffer.deallocate()
        buffer = moved
        capacity = newCapacity
    }

    /// The neighbours in some of the places, until others are added.
    func run(_ places: Range<Int>) -> NeighbourRun {
        NeighbourRun(
            narrow: nil, wide: UnsafePointer(buffer + places.lowerBound), count: places.count)
    }
}
