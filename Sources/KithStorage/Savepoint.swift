/// A state of a write transaction that it can return to.
public struct Savepoint: Sendable, Hashable {
    let number: Int
}

/// What a write transaction remembers of a savepoint.
struct SavepointState {
    let roots: [TreeRoot]
    let namedRoots: [UInt32: TreeRoot]
    let changedNames: Set<UInt32>
    let counters: [UInt64]
    /// Pages up to this generation belong to it.
    let generation: UInt32
    let droppedPageCount: Int
    let heldPageCount: Int
    let ownExtentCount: Int
    let netByteCount: Int
}
