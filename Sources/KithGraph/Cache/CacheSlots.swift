import Synchronization

/// What a ``DecodedCache`` can take objects away from.
protocol CacheOwner: AnyObject, Sendable {
    /// Whether the place was read since this was last asked.
    func takeTouched(_ index: Int) -> Bool
    /// Empties a place and hands over what was there.
    func evict(_ index: Int) -> AnyObject?
}

/// A row of places for shared objects, read without locks and without counting references.
///
/// An object that was published stays until it is evicted, and even then until every step that could
/// have seen it is over (see ``DecodedCache``).
final class CacheSlots: CacheOwner, @unchecked Sendable {
    // Sendable: the places are atomics; nothing else changes.

    let count: Int
    private let places: UnsafeMutablePointer<Atomic<UInt>>
    private let touched: UnsafeMutablePointer<Atomic<Bool>>

    init(count: Int) {
        self.count = count
        places = .allocate(capacity: max(count, 1))
        touched = .allocate(capacity: max(count, 1))
        for index in 0..<count {
            (places + index).initialize(to: Atomic(0))
            (touched + index).initialize(to: Atomic(false))
        }
    }

    deinit {
        for index in 0..<count {
            Self.object(places[index].load(ordering: .relaxed))?.release()
        }
        places.deinitialize(count: count)
        touched.deinitialize(count: count)
        places.deallocate()
        touched.deallocate()
    }

    private static func object(_ bits: UInt) -> Unmanaged<AnyObject>? {
        UnsafeRawPointer(bitPattern: bits).map { Unmanaged<AnyObject>.fromOpaque($0) }
    }

    /// The object at a place, to be used within the present step only, or retained in it.
    @inline(__always)
    func load(_ index: Int) -> UnsafeRawPointer? {
        let bits = places[index].load(ordering: .acquiring)
        if bits != 0, !touched[index].load(ordering: .relaxed) {
            touched[index].store(true, ordering: .relaxed)
        }
        return UnsafeRawPointer(bitPattern: bits)
    }

    /// Puts an object in an empty place. Within a step.
    ///
    /// - Returns: what the place holds now, which stays for the rest of the step: where another thread
    ///   was first, its object and not this one.
    func publish<Object: AnyObject>(
        _ object: Object, at index: Int
    ) -> (object: Object, isNew: Bool) {
        let unmanaged = Unmanaged.passRetained(object)
        let bits = UInt(bitPattern: unmanaged.toOpaque())
        let (isExchanged, other) = places[index].compareExchange(
            expected: 0, desired: bits, ordering: .acquiringAndReleasing)
        guard !isExchanged, let known = UnsafeRawPointer(bitPattern: other) else {
            return (object, true)
        }
        unmanaged.release()
        return (Unmanaged<Object>.fromOpaque(known).takeUnretainedValue(), false)
    }

    /// Whether the place was read since this was last asked.
    func takeTouched(_ index: Int) -> Bool {
        touched[index].exchange(false, ordering: .relaxed)
    }

    /// Empties a place and hands over what was there.
    func evict(_ index: Int) -> AnyObject? {
        let bits = places[index].exchange(0, ordering: .acquiringAndReleasing)
        return Self.object(bits)?.takeRetainedValue()
    }
}
