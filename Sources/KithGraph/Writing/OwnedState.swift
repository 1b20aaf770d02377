import Synchronization

extension GraphReader {
    /// What a write transaction has beside its changes of rows and edges.
    final class OwnedState {
        // Exclusivity unchecked: one thread at a time uses this, and nothing calls back while a property
        // is changed.

        @exclusivity(unchecked) var catalog: Catalog
        /// The counts, which change by ``count(_:by:)``.
        @exclusivity(unchecked) private(set) var statistics: GraphStatistics
        /// All nodes and relationships.
        @exclusivity(unchecked) private(set) var entityCount: Int
        /// What was counted in this transaction, as long as that is little; nil for much.
        @exclusivity(unchecked) private var touched: [GraphStatistics.Counted]? = []
        private static let touchedMax = 16
        @exclusivity(unchecked) var nodeChunkCount: UInt64
        @exclusivity(unchecked) var relationshipChunkCount: UInt64
        /// The types of chunks that this transaction made.
        @exclusivity(unchecked) var chunkTypes: [UInt64: UInt32] = [:]
        /// What was counted since the oldest statement or part that may be taken back: to copy all counts
        /// for each statement would take longer than most of them.
        @exclusivity(unchecked) private var counted: [Count] = []
        /// Where the statements and parts begin that may be taken back, the oldest first.
        @exclusivity(unchecked) private var marks: [Int] = []
        /// When there are more than these since the newest mark, what was counted twice becomes one.
        @exclusivity(unchecked) private var countedMax = OwnedState.countedMin
        private static let countedMin = 256

        /// The statistics of properties that this transaction asked for.
        private(set) lazy var statisticsMemory = committed.statisticsMemory.copy()
        /// What the transaction began from.
        private let committed: GraphTables

        /// The version of the catalog from which the transaction began.
        let committedCatalogVersion: UInt64
        /// The highest version that the catalog had in this transaction: it is not given again where a
        /// change of the catalog is taken back, since plans are kept by it.
        @exclusivity(unchecked) private var catalogVersionMax: UInt64
        /// Differs between transactions.
        let number: UInt64
        private static let numbers = Atomic<UInt64>(0)

        private struct Count {
            let what: GraphStatistics.Counted
            var change: Int
        }

        init(_ tables: GraphTables) {
            committed = tables
            number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
            committedCatalogVersion = tables.catalog.version
            catalogVersionMax = tables.catalog.version
            catalog = tables.catalog
            statistics = tables.statistics
            entityCount = tables.entityCount
            nodeChunkCount = tables.nodeChunkCount
            relationshipChunkCount = tables.relationshipChunkCount
        }

        /// Gives the catalog, which is about to change, a version that it has not had.
        func renewCatalogVersion() {
            catalogVersionMax += 1
            catalog.version = catalogVersionMax
        }

        /// Counts more of something, or less.
        func count(_ what: GraphStatistics.Counted, by change: Int) {
            add(change, to: what)
            guard let mark = marks.last, change != 0 else { return }
            if counted.count > mark, counted[counted.count - 1].what == what {
                counted[counted.count - 1].change += change
            } else {
                counted.append(Count(what: what, change: change))
                joinIfMany(from: mark)
            }
        }

        private func add(_ change: Int, to what: GraphStatistics.Counted) {
            statistics.count(what, by: change)
            touch(what)
            switch what {
            case .nodes, .relationships: entityCount += change
            case .degree, .longKeys, .runs: break
            }
        }

        private func touch(_ what: GraphStatistics.Counted) {
            guard touched?.contains(what) == false else { return }
            touched?.append(what)
            if let count = touched?.count, count > Self.touchedMax { touched = nil }
        }

        /// The entries to store, and those to remove (nil), after what was counted in this transaction.
        func changedCounts(since stored: GraphStatistics) -> [(key: [UInt8], count: Int?)] {
            if touched?.isEmpty == true { return [] }
            return statistics.changes(since: stored, of: touched)
        }

        /// Whether any count differs from those of before.
        func differs(from stored: GraphStatistics) -> Bool {
            touched?.isEmpty != true && statistics != stored
        }

        /// Counts relationships by the label sets of their ends.
        func count(relationships change: Int, type: UInt32, source: UInt32, target: UInt32) {
            count(.relationships(type: type), by: change)
            count(degrees: change, type: type, source: source, target: target)
        }

        /// Counts relationships only by the label sets of their ends.
        func count(degrees change: Int, type: UInt32, source: UInt32, target: UInt32) {
            let degree = GraphStatistics.Degree(type: type, source: source, target: target)
            count(.degree(degree), by: change)
        }

        /// Where counting stands now, to come back to by ``takeBack(to:)``; to be given up by
        /// ``giveUp(_:)``, the last one first.
        func mark() -> CountMark {
            marks.append(counted.count)
            return CountMark(place: counted.count)
        }

        /// Takes back what was counted since a mark.
        func takeBack(to mark: CountMark) {
            for count in counted[mark.place...].reversed() {
                add(-count.change, to: count.what)
            }
            counted.removeSubrange(mark.place...)
        }

        /// Gives up a mark.
        func giveUp(_ mark: CountMark) {
            marks.removeLast()
            guard let older = marks.last else {
                counted.removeAll(keepingCapacity: counted.count < 1_024)
                return
            }
            joinIfMany(from: older)
        }

        /// Makes one of all that was counted of the same thing since a mark, where that is much: a statement may
        /// count for millions of rows, and many statements may be taken back together.
        private func joinIfMany(from start: Int) {
            guard counted.count - start > countedMax else { return }
            var sums: [GraphStatistics.Counted: Int] = [:]
            for count in counted[start...] { sums[count.what, default: 0] += count.change }
            counted.removeSubrange(start...)
            counted += sums.filter { $0.value != 0 }.map { Count(what: $0.key, change: $0.value) }
            countedMax = max(2 * sums.count, Self.countedMin)
        }

        /// Where counting stood.
        struct CountMark {
            fileprivate let place: Int
        }
    }
}
