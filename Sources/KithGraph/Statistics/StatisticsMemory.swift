import KithValues

/// The statistics that were sampled, kept from one commit to the next as long as they are good.
final class StatisticsMemory: Sendable {
    /// Statistics, and of what graph they are.
    struct Kept<Statistics: Sendable>: Sendable {
        let statistics: Statistics
        /// How many nodes or relationships the graph had of the kind that was sampled.
        let rowCount: Int
        /// See ``GraphTables/changeCount``.
        let changeCount: Int
    }

    /// Everything that is kept.
    struct Contents: Sendable {
        var properties: [SampledProperty: Kept<PropertyStatistics>] = [:]
        var degrees: [SampledDegrees: Kept<DegreeStatistics>] = [:]
        var closures: [SampledDegrees: Kept<ClosureStatistics>] = [:]
    }

    private let contents: Guarded<Contents>

    init(_ contents: Contents = Contents()) { self.contents = Guarded(contents) }

    /// What a later commit begins with.
    func copy() -> StatisticsMemory { StatisticsMemory(contents.withLock { $0 }) }

    func statistics<Key: Hashable & Sendable, Statistics>(
        _ key: Key, _ place: KeyPath<Contents, [Key: Kept<Statistics>]> & Sendable
    ) -> Kept<Statistics>? {
        contents.withLock { $0[keyPath: place][key] }
    }

    func keep<Key: Hashable & Sendable, Statistics>(
        _ kept: Kept<Statistics>, _ key: Key,
        _ place: WritableKeyPath<Contents, [Key: Kept<Statistics>]> & Sendable
    ) {
        contents.withLock { $0[keyPath: place][key] = kept }
    }
}

extension GraphReader {
    /// Known statistics that are still good, or new ones.
    ///
    /// They are good until there are a quarter more or fewer rows, or half of the graph's chunks have
    /// changed.
    func remembered<Key: Hashable & Sendable, Statistics>(
        _ key: Key,
        _ place: WritableKeyPath<
            StatisticsMemory.Contents, [Key: StatisticsMemory.Kept<Statistics>]
        > & Sendable, rows: Int? = nil, _ sample: () throws(GraphError) -> Statistics
    ) throws(GraphError) -> Statistics {
        let memory = owned?.statisticsMemory ?? tables.statisticsMemory
        let changes = tables.changeCount
        let rows = rows ?? entityCount
        if let known = memory.statistics(key, place),
            abs(rows - known.rowCount) * 4 <= known.rowCount,
            changes - known.changeCount <= max(64, tables.chunkCount / 2)
        {
            return known.statistics
        }
        let made = try sample()
        memory.keep(
            StatisticsMemory.Kept(statistics: made, rowCount: rows, changeCount: changes), key,
            place)
        return made
    }
}

extension SlotSet {
    /// The raw ids of the slots in ascending order.
    func ids(of chunk: ChunkID) -> [UInt64] {
        let count = count
        return [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress, count > 0 {
                initialized = copyIDs(of: chunk, into: base)
            }
        }
    }
}
