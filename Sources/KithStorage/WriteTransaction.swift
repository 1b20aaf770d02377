import CShims

/// The one write transaction: changes that become visible together, or not at all.
///
/// For one thread at a time. Dropping it without ``commit(durability:)`` rolls it back. Making the
/// changes is the business of `TreeWriter`; committing them is in `WriteTransaction+Commit`.
public final class WriteTransaction {
    let engine: StorageEngine
    let parts: WriterParts
    private(set) var isActive = true
    /// Numbers of the named trees whose roots changed.
    @exclusivity(unchecked) var changedNames: Set<UInt32> = []
    /// Extents written by this transaction, for the manifest and for going back to a savepoint.
    @exclusivity(unchecked) var ownExtents: [ManifestRun] = []
    /// Whether some of them were freed again by this transaction.
    var ownExtentsWereFreed = false
    /// Whether tree pages went to the file before the commit, which then needs two syncs.
    var hasSpilled = false
    @exclusivity(unchecked) private var savepoints: [SavepointState] = []
    @exclusivity(unchecked) private var savedRoots = SavedRoots()
    /// An error that could not be thrown where it happened.
    var pendingError: StorageError?
    /// An error that may have left a change half done; going back to a savepoint undoes that.
    private var changeError: StorageError?

    /// The view of this transaction's own state.
    public var reader: StorageReader { parts.reader }

    /// Whether this transaction may use the pages kept back for deletions on a full disk.
    ///
    /// One that removes more bytes than it puts in may in any case.
    public var mayUseReserve: Bool {
        get { allocator.isForDeletion }
        set { allocator.isForDeletion = newValue }
    }

    init(engine: StorageEngine, parts: WriterParts) {
        self.engine = engine
        self.parts = parts
    }

    deinit { rollback() }

    var base: CommitRecord { parts.base }
    var space: TreeSpace { parts.space }
    var writer: TreeWriter { parts.writer }
    var memory: WriterMemory { parts.memory }
    var allocator: PageAllocator { parts.allocator }
    var bound: ReuseBound { parts.bound }
    var counters: CounterBox { parts.counters }

    /// Bytes of keys and values put in, less those removed: what is not above 0 may use the reserve.
    var netByteCount: Int {
        get { allocator.netByteCount }
        set { allocator.netByteCount = newValue }
    }

    /// Stores `value` under `key`, in place of an older value.
    public func put(_ key: [UInt8], _ value: [UInt8], in tree: TreeID) throws(StorageError) {
        try key.withRawBytes { key throws(StorageError) in
            try value.withRawBytes { value throws(StorageError) in try put(key, value, in: tree) }
        }
    }

    /// Stores `value` under `key`, in place of an older value.
    public func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in tree: TreeID
    ) throws(StorageError) {
        try checkUsable()
        try checkLength(ofKey: key)
        guard value.count <= StorageLimits.valueLengthMaxInBytes else {
            throw .valueTooLong(byteCount: value.count)
        }
        netByteCount += key.count + value.count
        try whole { () throws(StorageError) in try putChecked(key, value, in: tree) }
    }

    func checkLength(ofKey key: UnsafeRawBufferPointer) throws(StorageError) {
        guard key.count > 0 else { throw .keyEmpty }
        guard
            key.count
                <= StorageLimits.keyLengthMaxInBytes(pageSizeInBytes: engine.pageSizeInBytes)
        else { throw .keyTooLong(byteCount: key.count) }
    }

    private func putChecked(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in tree: TreeID
    ) throws(StorageError) {
        let displaced: ExtentReference?
        let inlineLengthMax = StorageLimits.inlineValueLengthMaxInBytes(
            pageSizeInBytes: engine.pageSizeInBytes)
        if value.count <= inlineLengthMax {
            displaced = try change(tree) { root throws(StorageError) in
                try writer.put(key, value: value, isOverflow: false, in: &root, tree: tree.rawValue)
            }
        } else {
            let reference = try writeExtent(value)
            displaced = try withUnsafeReference(reference) { bytes throws(StorageError) in
                try change(tree) { root throws(StorageError) in
                    try writer.put(
                        key, value: bytes, isOverflow: true, in: &root, tree: tree.rawValue)
                }
            }
        }
        if let displaced { try freeExtent(displaced) }
        try spillIfNeeded()
    }

    private func withUnsafeReference<Result>(
        _ reference: ExtentReference,
        _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        var bytes: [UInt8] = []
        reference.appendEncoded(to: &bytes)
        return try bytes.withRawBytes(body)
    }

    /// Removes the entry of `key`, and says whether there was one.
    @discardableResult
    public func remove(_ key: [UInt8], in tree: TreeID) throws(StorageError) -> Bool {
        try key.withRawBytes { key throws(StorageError) in try remove(key, in: tree) }
    }

    /// Removes the entry of `key`, and says whether there was one.
    @discardableResult
    public func remove(
        _ key: UnsafeRawBufferPointer, in tree: TreeID
    ) throws(StorageError) -> Bool {
        try checkUsable()
        return try whole { () throws(StorageError) in
            var displaced: ExtentReference?
            let wasThere = try change(tree) { root throws(StorageError) in
                try writer.remove(key, in: &root, tree: tree.rawValue, displaced: &displaced)
            }
            if wasThere { netByteCount -= key.count }
            if let displaced { try freeExtent(displaced) }
            try spillIfNeeded()
            return wasThere
        }
    }

    /// Removes all entries of a tree and frees its pages. Extents that its values merely name stay.
    public func removeTree(_ tree: TreeID) throws(StorageError) {
        try checkUsable()
        try whole { () throws(StorageError) in
            try change(tree) { root throws(StorageError) in
                try writer.removeAll(&root) { extent throws(StorageError) in
                    try freeExtent(extent)
                }
            }
        }
    }

    /// Fills an empty tree from ascending keys, with packed pages.
    public func bulkLoad(_ tree: TreeID) throws(StorageError) -> BulkLoader {
        try checkUsable()
        guard try space.root(of: tree).isEmpty else { throw .treeNotEmpty }
        return BulkLoader(transaction: self, tree: tree)
    }

    /// Remembers an error in the midst of a change: nothing but going back may follow.
    @inline(__always)
    func whole<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        do throws(StorageError) {
            return try body()
        } catch {
            changeError = changeError ?? error
            throw error
        }
    }

    /// Lets `body` change a tree's root.
    @inline(__always)
    func change<Result>(
        _ tree: TreeID, _ body: (inout TreeRoot) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        if tree.rawValue < UInt32(StorageLimits.fixedTreeCount) {
            return try body(&space.roots[Int(tree.rawValue)])
        }
        var root = try space.root(of: tree)
        let before = root
        let result = try body(&root)
        if root != before { setNamedRoot(tree.rawValue, to: root, from: before) }
        return result
    }

    private func setNamedRoot(_ name: UInt32, to root: TreeRoot, from before: TreeRoot) {
        let isNew = changedNames.insert(name).inserted
        if let newest = savepoints.last {
            savedRoots.note(
                SavedRoots.Named(name: name, root: before, wasChanged: !isNew), of: name,
                since: newest.namedRootCount)
        }
        space.setNamedRoot(name, root)
    }

    /// Sets one of the numbers that every commit carries for the layer above.
    public func setCounter(_ index: Int, to value: UInt64) { counters.values[index] = value }

    func checkUsable() throws(StorageError) {
        guard isActive else { throw .closed }
        if let error = pendingError ?? changeError { throw error }
        guard engine.forkGeneration == ForkGuard.generation else { throw .usedAfterFork }
    }

    func spillIfNeeded() throws(StorageError) {
        if writer.changed.count > engine.spillThreshold { try spill() }
    }

    /// Drops the changes and ends the transaction.
    public func rollback() {
        guard isActive else { return }
        end()
    }

    /// Lets the next writer in.
    func end() {
        isActive = false
        // Cursors that are still about must find the view closed.
        space.changeNumber &+= 1
        reader.close()
        if let open = space.openExtent { open.buffer.deallocate() }
        space.openExtent = nil
        writer.changed.releaseAll()
        engine.endWrite(leaving: parts)
    }
}

extension WriteTransaction {
    /// Marks the present state, to return to it later.
    ///
    /// A savepoint lasts until it is released, or the transaction ends.
    public func savepoint() -> Savepoint {
        if pendingError == nil {
            do {
                try flushOpenExtent()
            } catch {
                pendingError = error
            }
        }
        savedRoots.push(space.roots, counters.values)
        savepoints.append(
            SavepointState(
                generation: writer.generation, droppedPageCount: writer.droppedPages.count,
                heldPageCount: writer.heldPages.count, ownExtentCount: ownExtents.count,
                netByteCount: netByteCount, namedRootCount: savedRoots.named.count))
        writer.heldGeneration = writer.generation
        writer.generation += 1
        return Savepoint(number: savepoints.count - 1)
    }

    /// Undoes everything since `savepoint`, which stays usable; later savepoints are void.
    public func rollback(to savepoint: Savepoint) throws(StorageError) {
        guard isActive else { throw .closed }
        precondition(savepoint.number < savepoints.count, "this savepoint was given up")
        let state = savepoints[savepoint.number]
        changeError = nil
        if let open = space.openExtent {
            allocator.giveBack(PageRun(start: open.firstPage, count: UInt32(open.pageCount)))
            open.buffer.deallocate()
            space.openExtent = nil
        }
        space.changeNumber &+= 1
        for (place, root) in savedRoots.roots(of: savepoint.number).enumerated() {
            space.roots[place] = root
        }
        for note in savedRoots.named[state.namedRootCount...].reversed() {
            space.setNamedRoot(note.name, note.root)
            if !note.wasChanged { changedNames.remove(note.name) }
        }
        counters.values = savedRoots.counters(of: savepoint.number)
        savepoints.removeSubrange((savepoint.number + 1)...)
        savedRoots.removeAll(
            from: savepoint.number + 1, keepingNamed: state.namedRootCount)
        netByteCount = state.netByteCount
        writer.rollBack(
            to: state.generation, droppedPageCount: state.droppedPageCount,
            heldPageCount: state.heldPageCount)
        for run in ownExtents[state.ownExtentCount...] {
            allocator.giveBack(PageRun(start: run.page, count: run.pageCount))
        }
        ownExtents.removeSubrange(state.ownExtentCount...)
    }

    /// Gives up `savepoint` and those after it, and the memory that they hold.
    public func release(_ savepoint: Savepoint) {
        guard isActive, savepoint.number < savepoints.count else { return }
        let start = savepoints[savepoint.number].namedRootCount
        savepoints.removeSubrange(savepoint.number...)
        // What was noted since this one an older one needs.
        if let older = savepoints.last {
            savedRoots.mergeNamed(from: start, into: older.namedRootCount)
        }
        savedRoots.removeAll(
            from: savepoint.number, keepingNamed: savepoints.isEmpty ? 0 : savedRoots.named.count)
        writer.releaseHeld(upTo: savepoints.last?.generation ?? 0)
    }

    func releaseAllSavepoints() {
        if savepoints.isEmpty, writer.heldGeneration == 0 { return }
        savepoints = []
        savedRoots.removeAll(from: 0, keepingNamed: 0)
        writer.releaseHeld(upTo: 0)
    }

    /// Free places for all changed pages: first those that this very transaction left, so that the
    /// file of a long one does not grow by every version of a page.
    private func placesForSpill() throws(StorageError) -> [PageRun] {
        let left = allocator.takeAll() + writer.reusablePages.map { PageRun(start: $0, count: 1) }
        writer.reusablePages = []
        var places: [PageRun] = []
        var needed = writer.changed.count
        for run in FreeSpacePass.joined(left).sorted(by: { $0.count > $1.count }) {
            if needed > 0 {
                places.append(run)
                needed -= Int(run.count)
            } else {
                allocator.giveBack(run)
            }
        }
        while needed > 0 {
            let run = try allocator.takeRun(atLeast: min(needed, 64))
            places.append(run)
            needed -= Int(run.count)
        }
        return places
    }

    /// Writes all changed pages to free places, to make room in memory.
    func spill() throws(StorageError) {
        let flush = parts.flush
        flush.begin(
            base.number + 1, places: try placesForSpill(), sharesPages: !savepoints.isEmpty)
        hasSpilled = true
        try flush.flushRoots(space.roots, count: SystemTree.rootCount)
        space.namedRoots = try flush.flushed(space.namedRoots)
        try savedRoots.replaceRoots { root throws(StorageError) in try flush.flushed(root) }
        try flush.write(to: space.file)
        flush.keepPages(in: space.pool)
        for run in flush.remainingPlaces() { allocator.giveBack(run) }
        writer.pagesWereSpilled(flush.referencesByChangedPage)
        space.changeNumber &+= 1
    }
}
