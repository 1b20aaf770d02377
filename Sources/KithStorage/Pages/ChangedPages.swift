/// The pages that a write transaction changed and that have no place in the file yet.
///
/// A page belongs to the generation it was made in; a savepoint begins a new one. Pages of earlier
/// generations are no longer changed but copied, so that the savepoint keeps them.
final class ChangedPages {
    /// Memory for so many pages is kept for the next transaction.
    private static let keptCount = 256

    let pageSize: Int
    private var buffers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// 0 where a place holds no page.
    private var generations: UnsafeMutablePointer<UInt32>
    /// Whether a page is one that nobody had looked at for long; see ``isCold(_:)``.
    private var coldness: UnsafeMutablePointer<Bool>
    /// Places below `used` that hold no page.
    private var freePlaces: UnsafeMutablePointer<UInt32>
    private var freeCount = 0
    private var capacity = 64
    private var used = 0
    /// Pages that hold memory.
    private(set) var count = 0

    init(pageSize: Int) {
        self.pageSize = pageSize
        buffers = .allocate(capacity: capacity)
        buffers.initialize(repeating: nil, count: capacity)
        generations = .allocate(capacity: capacity)
        generations.initialize(repeating: 0, count: capacity)
        coldness = .allocate(capacity: capacity)
        coldness.initialize(repeating: false, count: capacity)
        freePlaces = .allocate(capacity: capacity)
        freePlaces.initialize(repeating: 0, count: capacity)
    }

    deinit {
        for index in 0..<capacity { buffers[index]?.deallocate() }
        buffers.deallocate()
        generations.deallocate()
        coldness.deallocate()
        freePlaces.deallocate()
    }

    /// The bytes of a changed page.
    @inline(__always)
    func buffer(_ index: Int) -> UnsafeMutableRawPointer { buffers[index].unsafelyUnwrapped }

    @inline(__always)
    func generation(_ index: Int) -> UInt32 { generations[index] }

    /// Whether the cache neither had the page nor has use for what became of it.
    func isCold(_ index: Int) -> Bool { coldness[index] }

    func setCold(_ index: Int) { coldness[index] = true }

    /// A page with contents yet to be written. Generations count from 1.
    func make(generation: UInt32) -> Int {
        let index: Int
        if freeCount > 0 {
            freeCount -= 1
            index = Int(freePlaces[freeCount])
        } else {
            if used == capacity { grow() }
            index = used
            used += 1
        }
        if buffers[index] == nil {
            buffers[index] = .allocate(byteCount: pageSize, alignment: 64)
        }
        generations[index] = generation
        coldness[index] = false
        count += 1
        return index
    }

    func release(_ index: Int) {
        discard(index)
        freePlaces[freeCount] = UInt32(truncatingIfNeeded: index)
        freeCount += 1
    }

    private func discard(_ index: Int) {
        precondition(generations[index] > 0, "a changed page was released twice")
        generations[index] = 0
        if index >= Self.keptCount {
            buffers[index]?.deallocate()
            buffers[index] = nil
        }
        count -= 1
    }

    /// Releases everything.
    func releaseAll() {
        for index in 0..<used where generations[index] > 0 { discard(index) }
        used = 0
        freeCount = 0
    }

    /// Releases the pages made after `generation`.
    func releaseAll(after generation: UInt32) {
        for index in 0..<used where generations[index] > generation { release(index) }
    }

    func isLive(_ index: Int) -> Bool { index < used && generations[index] > 0 }

    private func grow() {
        buffers = Self.grown(buffers, capacity, filler: nil)
        generations = Self.grown(generations, capacity, filler: 0)
        coldness = Self.grown(coldness, capacity, filler: false)
        freePlaces = Self.grown(freePlaces, capacity, filler: 0)
        capacity *= 2
    }

    /// Twice as much memory with the same contents in front.
    private static func grown<Element>(
        _ old: UnsafeMutablePointer<Element>, _ count: Int, filler: Element
    ) -> UnsafeMutablePointer<Element> {
        let new = UnsafeMutablePointer<Element>.allocate(capacity: count * 2)
        new.moveInitialize(from: old, count: count)
        (new + count).initialize(repeating: filler, count: count)
        old.deallocate()
        return new
    }
}
