import KithGraph
import KithQuery
import KithValues
import Synchronization

/// Prepared statements by text, so that a statement that runs again is not planned again.
///
/// The catalog's version, the rough counts of the graph by label and type, and the options are part of
/// the key: a changed schema, or a count that has grown severalfold, makes new plans, and nothing has to
/// be thrown out.
final class PlanCache: Sendable {
    struct Key: Hashable, Sendable {
        /// Byte by byte: texts that look the same may hold different strings and names.
        let text: UTF8Key
        let catalogVersion: UInt64
        let statisticsClass: Int
        let options: ExecutionOptions
    }

    private struct Entry {
        let prepared: PreparedQuery
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let state = Guarded(State())
    /// Differs from that of every other: a statement may outlive the database that it was planned for.
    let number = PlanCache.numbers.wrappingAdd(1, ordering: .relaxed).newValue
    private static let numbers = Atomic<UInt64>(0)
    /// Counts how often all plans became old.
    let generation = Atomic<UInt64>(0)
    /// The most statements remembered.
    static let capacity = 256

    func plan(_ key: Key) -> PreparedQuery? {
        state.withLock { state in
            guard let entry = state.entries[key] else { return nil }
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return entry.prepared
        }
    }

    func add(_ prepared: PreparedQuery, for key: Key) {
        state.withLock { state in
            if state.entries.count >= Self.capacity,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
            }
            state.clock += 1
            state.entries[key] = Entry(prepared: prepared, lastUse: state.clock)
        }
    }

    func removeAll() {
        state.withLock { $0.entries = [:] }
        generation.add(1, ordering: .sequentiallyConsistent)
    }
}

/// The plan that a prepared statement last ran with, and for what.
final class LastPlan: Sendable {
    // A class, since looking at it then counts one reference.
    private final class Entry: Sendable {
        /// The number of the cache.
        let owner: UInt64
        let generation: UInt64
        let statisticsClass: Int
        let options: ExecutionOptions
        let prepared: PreparedQuery

        init(
            owner: PlanCache, statisticsClass: Int, options: ExecutionOptions,
            prepared: PreparedQuery
        ) {
            self.owner = owner.number
            generation = owner.generation.load(ordering: .acquiring)
            self.statisticsClass = statisticsClass
            self.options = options
            self.prepared = prepared
        }
    }

    private let entry = Guarded<Entry?>(nil)

    /// The plan, if it was made for the same cache of plans, catalog, statistics and options.
    func plan(
        _ owner: PlanCache, catalogVersion: UInt64, statisticsClass: Int, options: ExecutionOptions
    ) -> PreparedQuery? {
        entry.withLock { entry in
            guard let entry, entry.owner == owner.number,
                entry.generation == owner.generation.load(ordering: .acquiring),
                entry.prepared.catalogVersion == catalogVersion,
                entry.statisticsClass == statisticsClass,
                entry.options == options
            else { return nil }
            return entry.prepared
        }
    }

    /// Whether the statement, as it last ran in this database, changes the graph in the transaction that
    /// it runs in.
    func isWriting(_ owner: PlanCache) -> Bool {
        entry.withLock { entry in
            guard let entry, entry.owner == owner.number,
                entry.generation == owner.generation.load(ordering: .acquiring)
            else { return false }
            return entry.prepared.isWritingInPlace
        }
    }

    func keep(
        _ prepared: PreparedQuery, _ owner: PlanCache, statisticsClass: Int,
        options: ExecutionOptions
    ) {
        let made = Entry(
            owner: owner, statisticsClass: statisticsClass, options: options, prepared: prepared)
        entry.withLock { $0 = made }
    }
}
