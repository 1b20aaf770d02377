import CShims

/// What a write transaction works with.
///
/// A transaction leaves it to the next, so that a commit of one row need not make and take apart a
/// dozen objects; whatever somebody still holds is left to them, and made anew.
final class WriterParts {
    private(set) var base: CommitRecord
    let memory: WriterMemory
    let space: TreeSpace
    let writer: TreeWriter
    let flush: PageFlush
    let allocator: PageAllocator
    /// Up to which commit freed pages may be used.
    let bound: ReuseBound
    let counters: CounterBox
    private(set) var reader: StorageReader
    /// The commit that the last transaction with these parts made.
    var ownCommit: CommitRecord?

    init(engine: StorageEngine, base: CommitRecord, memory: WriterMemory) {
        self.base = base
        self.memory = memory
        bound = ReuseBound(engine: engine)
        space = base.roots.withUnsafeBufferPointer {
            TreeSpace(
                pool: engine.pool, roots: $0.baseAddress.unsafelyUnwrapped,
                changed: memory.changed)
        }
        writer = TreeWriter(space: space, memory: memory)
        writer.begin(from: base.number)
        flush = PageFlush(writer: writer)
        allocator = PageAllocator(space: space, base: base, bound: bound)
        counters = CounterBox(base.counters)
        reader = StorageReader(
            space: space, record: base, transactionCounters: counters, registration: nil)
    }

    /// Makes everything as it was when it was new, for a transaction that begins from `base`; does
    /// nothing and says so where somebody holds the view still.
    ///
    /// Whoever holds anything else that is shared, a cursor, holds the view.
    func begin(from base: CommitRecord) -> Bool {
        guard isKnownUniquelyReferenced(&reader) else { return false }
        self.base = base
        bound.forget()
        space.begin(from: base, keepsNamedRoots: base === ownCommit)
        writer.begin(from: base.number)
        allocator.begin(from: base)
        counters.values = base.counters
        reader.reopen(showing: base)
        ownCommit = nil
        return true
    }
}
