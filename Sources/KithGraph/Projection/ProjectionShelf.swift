import KithValues

/// The parts of projections of one state of a graph, kept for those who ask again.
///
/// It belongs to the tables of a commit and goes with them, so what it holds is never out of date.
final class ProjectionShelf: Sendable {
    /// What a part shows.
    enum Key: Hashable {
        case nodes(labels: [UInt32])
        case lists(labels: [UInt32], ListsKey)
    }

    /// The lists that a part has.
    struct ListsKey: Hashable {
        var types: [UInt32]
        var direction: Direction
        var weight: UInt32?
        var defaultWeight: Double?
    }

    private struct Entry {
        let part: any AnyObject & Sendable
        let sizeInBytes: Int
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var usedInBytes = 0
        var clock: UInt64 = 0
    }

    private let state = Guarded(State())

    /// The part under a key.
    func part(_ key: Key) -> (any AnyObject & Sendable)? {
        state.withLock { state in
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return state.entries[key]?.part
        }
    }

    /// Keeps a part, and lets those go that were not used for longest while there is more than
    /// `budgetInBytes`; one that is larger by itself is not kept.
    func keep(_ part: any AnyObject & Sendable, _ key: Key, sizeInBytes: Int, budgetInBytes: Int) {
        guard sizeInBytes <= budgetInBytes else { return }
        state.withLock { state in
            state.clock += 1
            if let old = state.entries[key] { state.usedInBytes -= old.sizeInBytes }
            state.entries[key] = Entry(
                part: part, sizeInBytes: sizeInBytes, lastUse: state.clock)
            state.usedInBytes += sizeInBytes
            while state.usedInBytes > budgetInBytes,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
                state.usedInBytes -= oldest.value.sizeInBytes
            }
        }
    }

    /// The memory of what is kept.
    var usedInBytes: Int { state.withLock { $0.usedInBytes } }
}
