/// A state of a write transaction that it can return to.
public struct Savepoint: Sendable, Hashable {
    let number: Int
}

/// What a write transaction remembers of a savepoint, beside what lies in ``SavedRoots``.
struct SavepointState {
    /// Pages up to this generation belong to it.
    let generation: UInt32
    let droppedPageCount: Int
    let heldPageCount: Int
    let ownExtentCount: Int
    let netByteCount: Int
    /// How many of ``SavedRoots/named`` are older than it.
    let namedRootCount: Int
}

/// The roots of trees, and the counters, as savepoints remember them: those of one savepoint after those
/// of another, in memory that stays for the next. A savepoint is made for every statement, so it makes
/// no objects of its own.
struct SavedRoots {
    /// The root of a named tree that was changed since a savepoint.
    struct Named {
        let name: UInt32
        /// As it was.
        let root: TreeRoot
        /// Whether it had been changed by the transaction already.
        let wasChanged: Bool
    }

    private(set) var fixed: [TreeRoot] = []
    private(set) var counters: [UInt64] = []
    private(set) var named: [Named] = []
    private let counterCount = StorageLimits.counterCount

    /// Remembers the fixed roots and the counters for one more savepoint.
    mutating func push(_ roots: UnsafePointer<TreeRoot>, _ counters: [UInt64]) {
        precondition(counters.count == counterCount, "every transaction has the same counters")
        fixed.append(contentsOf: UnsafeBufferPointer(start: roots, count: SystemTree.rootCount))
        self.counters.append(contentsOf: counters)
    }

    /// The fixed roots of a savepoint.
    func roots(of number: Int) -> ArraySlice<TreeRoot> {
        fixed[number * SystemTree.rootCount..<(number + 1) * SystemTree.rootCount]
    }

    /// The counters of a savepoint.
    func counters(of number: Int) -> [UInt64] {
        Array(counters[number * counterCount..<(number + 1) * counterCount])
    }

    /// Forgets all savepoints from a number on, and of the named roots all but the first `namedCount`.
    mutating func removeAll(from number: Int, keepingNamed namedCount: Int) {
        fixed.removeSubrange((number * SystemTree.rootCount)...)
        counters.removeSubrange((number * counterCount)...)
        if named.count > namedCount { named.removeSubrange(namedCount...) }
    }

    /// Notes how a named tree's root was before its first change since the newest savepoint, which is newer
    /// than the first `start` of the notes.
    mutating func note(_ change: @autoclosure () -> Named, of name: UInt32, since start: Int) {
        // Few trees are changed between two savepoints.
        for note in named[start...] where note.name == name { return }
        named.append(change())
    }

    /// Of the notes from `start` on drops those of trees that are noted from `older` on as well: of a tree
    /// only the first is needed to go back that far.
    mutating func mergeNamed(from start: Int, into older: Int) {
        var end = start
        for place in start..<named.count {
            let note = named[place]
            if named[older..<end].contains(where: { $0.name == note.name }) { continue }
            named[end] = note
            end += 1
        }
        named.removeSubrange(end...)
    }

    /// Gives all roots that are remembered their new places.
    mutating func replaceRoots(
        _ change: (TreeRoot) throws(StorageError) -> TreeRoot
    ) throws(StorageError) {
        for place in fixed.indices { fixed[place] = try change(fixed[place]) }
        for place in named.indices {
            let note = named[place]
            named[place] = Named(
                name: note.name, root: try change(note.root), wasChanged: note.wasChanged)
        }
    }
}
