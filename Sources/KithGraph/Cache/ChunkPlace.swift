import Synchronization

/// The place of one decoded chunk, shared by the tables of all views in which the chunk is the same.
final class ChunkPlace: CacheOwner {
    private let bits = Atomic<UInt>(0)
    private let touched = Atomic<Bool>(false)

    init() {}

    deinit { Self.object(bits.load(ordering: .relaxed))?.release() }

    private static func object(_ bits: UInt) -> Unmanaged<AnyObject>? {
        UnsafeRawPointer(bitPattern: bits).map { Unmanaged<AnyObject>.fromOpaque($0) }
    }

    /// The object, to be used within the present step only, or retained in it.
    @inline(__always)
    func load() -> UnsafeRawPointer? {
        let now = bits.load(ordering: .acquiring)
        if now != 0, !touched.load(ordering: .relaxed) { touched.store(true, ordering: .relaxed) }
        return UnsafeRawPointer(bitPattern: now)
    }

    /// Publishes an object if the place is empty. Within a step.
    ///
    /// - Returns: what the place holds now, which stays for the rest of the step: where another thread
    ///   was first, its object and not this one.
    func publish<Object: AnyObject>(_ object: Object) -> (object: Object, isNew: Bool) {
        let unmanaged = Unmanaged.passRetained(object)
        let (isExchanged, other) = bits.compareExchange(
            expected: 0, desired: UInt(bitPattern: unmanaged.toOpaque()),
            ordering: .acquiringAndReleasing)
        guard !isExchanged, let known = UnsafeRawPointer(bitPattern: other) else {
            return (object, true)
        }
        unmanaged.release()
        return (Unmanaged<Object>.fromOpaque(known).takeUnretainedValue(), false)
    }

    func takeTouched(_ index: Int) -> Bool { touched.exchange(false, ordering: .relaxed) }

    func evict(_ index: Int) -> AnyObject? {
        Self.object(bits.exchange(0, ordering: .acquiringAndReleasing))?.takeRetainedValue()
    }
}
