/// What each thread of a chain works with, made by the thread itself when it first asks for it.
///
/// Objects that one thread makes lie side by side in memory. Were those of all threads made by one, two
/// threads would count references to neighbours and write their fields, and each time take the line in
/// which both lie from the other processor's cache.
final class PerThread<Made: AnyObject>: @unchecked Sendable {
    // Sendable: each thread touches a place of its own; the others' are read when they are done.
    private let places: UnsafeMutablePointer<Made?>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        places = .allocate(capacity: count)
        places.initialize(repeating: nil, count: count)
    }

    deinit {
        places.deinitialize(count: count)
        places.deallocate()
    }

    /// What the thread with a number has, made if it has none; to be called by that thread.
    func own(_ number: Int, _ make: () -> Made) -> Made {
        if let made = places[number] { return made }
        let made = make()
        places[number] = made
        return made
    }

    /// What there is, in the order of the threads, once they are done.
    var all: [Made] { (0..<count).compactMap { places[$0] } }
}
