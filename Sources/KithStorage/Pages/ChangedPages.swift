/// The pages that a write transaction changed and that have no place in the file yet.
///
/// A page belongs to the generation it was made in; a savepoint begins a new one. Pages of earlier
/// generations are no longer changed but copied, so that the savepoint keeps them.
final class ChangedPages {
    let pageSize: Int
    private var buffers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private var generations: UnsafeMutablePointer<UInt32>
    private var capacity = 64
    private var used = 0
    private var freeIndices: [Int] = []
    private var spareBuffers: [UnsafeMutableRawPointer] = []
    /// Pages that hold memory.
    private(set) var count = 0

    init(pageSize: Int) {
        self.pageSize = pageSize
        buffers = .allocate(capacity: capacity)
        buffers.initialize(repeating: nil, count: capacity)
        generations = .allocate(capacity: capacity)
        generations.initialize(repeating: 0, count: capacity)
    }

    deinit {
        for index in 0..<used { buffers[index]?.deallocate() }
        for buffer in spareBuffers { buffer.deallocate() }
        buffers.deallocate()
        generations.deallocate()
    }

    /// The bytes of a changed page.
    @inline(__always)
    func buffer(_ index: Int) -> UnsafeMutableRawPointer { buffers[index].unsafelyUnwrapped }

    @inline(__always)
    func generation(_ index: Int) -> UInt32 { generations[index] }

    /// A page with contents yet to be written.
    func make(generation: UInt32) -> Int {
        let index: Int
        if let reused = freeIndices.popLast() {
            index = reused
        } else {
            if used == capacity { grow() }
            index = used
            used += 1
        }
        buffers[index] =
            spareBuffers.popLast() ?? .allocate(byteCount: pageSize, alignment: 64)
        generations[index] = generation
        count += 1
        return index
    }

    func release(_ index: Int) {
        guard let buffer = buffers[index] else {
            preconditionFailure("a changed page was released twice")
        }
        buffers[index] = nil
        if spareBuffers.count < 256 {
            spareBuffers.append(buffer)
        } else {
            buffer.deallocate()
        }
        freeIndices.append(index)
        count -= 1
    }

    /// Releases everything.
    func releaseAll() {
        for index in 0..<used where buffers[index] != nil { release(index) }
        used = 0
        freeIndices.removeAll(keepingCapacity: true)
    }

    /// Releases the pages made after `generation`.
    func releaseAll(after generation: UInt32) {
        for index in 0..<used where buffers[index] != nil && generations[index] > generation {
            release(index)
        }
    }

    func isLive(_ index: Int) -> Bool { index < used && buffers[index] != nil }

    private func grow() {
        let newBuffers = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(
            capacity: capacity * 2)
        newBuffers.moveInitialize(from: buffers, count: capacity)
        (newBuffers + capacity).initialize(repeating: nil, count: capacity)
        let newGenerations = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
        newGenerations.moveInitialize(from: generations, count: capacity)
        (newGenerations + capacity).initialize(repeating: 0, count: capacity)
        buffers.deallocate()
        generations.deallocate()
        buffers = newBuffers
        generations = newGenerations
        capacity *= 2
    }
}
