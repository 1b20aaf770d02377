import KithValues

/// What a sample tells of the values that one property has on the nodes with a label, or on the
/// relationships of a type.
///
/// The sample's values in order, the frequent ones with their weight and the others thinned to buckets
/// of equal depth, are histogram and list of most common values at once. Made by
/// ``GraphReader/propertyStatistics(of:label:)`` from what the columns hold; nothing of it is stored, so
/// writing costs nothing.
public struct PropertyStatistics: Sendable {
    /// A value of the sample, and the share of all rows that it stands for.
    public struct Entry: Sendable {
        /// The value.
        public let value: Value
        /// The share of all rows.
        public let share: Double
        /// Whether the share is that of the value itself, which the sample has several times, and not
        /// that of a bucket of which the value is one.
        public let isCommon: Bool
    }

    /// The nodes with the label, or relationships of the type, when the sample was taken.
    public let rowCount: Int
    /// How many of them were looked at.
    public let sampleCount: Int
    /// The share of rows without a value.
    public let nullShare: Double
    /// About how many different values there are, at least 1 where there is any.
    public let distinctCount: Double
    /// The values in the order of ORDER BY.
    public let entries: [Entry]

    /// Whether every row was looked at and every value is an entry.
    private let isComplete: Bool

    /// The most values that are kept.
    private static let entriesMax = 1_024

    /// What is known of a property that nothing has.
    public static let ofNoValues = PropertyStatistics(sample: [.null], rowCount: 1)

    /// Works out the statistics of sampled values, nulls among them.
    init(sample: [Value], rowCount: Int) {
        self.rowCount = rowCount
        sampleCount = sample.count
        let present = sample.filter { !$0.isNull }.sorted { Value.orderCompare($0, $1) < 0 }
        nullShare =
            sample.isEmpty ? 0 : Double(sample.count - present.count) / Double(sample.count)
        var runs: [(value: Value, count: Int)] = []
        for value in present {
            if let last = runs.last, Value.orderCompare(last.value, value) == 0 {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((value, 1))
            }
        }
        distinctCount = Self.distinct(
            runs.map(\.count), sampled: sample.count, rows: rowCount, nullShare: nullShare)
        entries = Self.entries(runs, sampled: sample.count)
        isComplete = sample.count >= rowCount && runs.count <= Self.entriesMax
    }

    /// How many different values all rows have, by how often the sample has each of its own (Haas and
    /// Stokes 1998, the estimator Duj1): exact where everything was looked at or no value comes twice.
    private static func distinct(
        _ counts: [Int], sampled: Int, rows: Int, nullShare: Double
    ) -> Double {
        let present = Double(counts.reduce(0, +))
        guard present > 0 else { return 0 }
        let total = max(Double(rows) * (1 - nullShare), present)
        let single = Double(counts.count { $0 == 1 })
        let estimate =
            present * Double(counts.count) / (present - single + single * present / total)
        return min(max(estimate, Double(counts.count)), total)
    }

    /// Frequent values by themselves; of the others as many as there is room for, evenly spaced.
    private static func entries(_ runs: [(value: Value, count: Int)], sampled: Int) -> [Entry] {
        let one = 1 / Double(max(sampled, 1))
        if runs.count <= entriesMax {
            return runs.map {
                Entry(value: $0.value, share: Double($0.count) * one, isCommon: $0.count > 1)
            }
        }
        // So many rows a value that there is room for all who have more.
        let frequent = max(2, sampled / entriesMax * 2)
        let others = runs.count { $0.count < frequent }
        let step = Double(others) / Double(entriesMax / 2)
        var result: [Entry] = []
        var open = 0
        var position = 0.0
        for run in runs {
            if run.count >= frequent {
                result.append(
                    Entry(value: run.value, share: Double(run.count) * one, isCommon: true))
                continue
            }
            open += run.count
            position += 1
            guard position >= step else { continue }
            position -= step
            result.append(Entry(value: run.value, share: Double(open) * one, isCommon: false))
            open = 0
        }
        if open > 0, let last = runs.last {
            result.append(Entry(value: last.value, share: Double(open) * one, isCommon: false))
        }
        return result
    }
}

extension PropertyStatistics {
    /// The share of rows that have a value.
    public var presentShare: Double { 1 - nullShare }

    /// The share of rows with one value of which nothing is known but that it may be there.
    public var shareOfAnyValue: Double { presentShare / max(distinctCount, 1) }

    /// The share of rows that have this value.
    public func share(equalTo value: Value) -> Double {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if Value.orderCompare(entries[middle].value, value) < 0 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let isFound =
            low < entries.count && Value.orderCompare(entries[low].value, value) == 0
        if isFound, entries[low].isCommon || isComplete { return entries[low].share }
        if isComplete { return 0 }
        let common = entries.lazy.filter(\.isCommon)
        let rest = presentShare - common.reduce(0) { $0 + $1.share }
        return max(rest, 0) / max(distinctCount - Double(common.count), 1)
    }

    /// The share of rows whose value passes a test.
    public func share(where test: (Value) -> Bool) -> Double {
        let share = entries.reduce(0) { test($1.value) ? $0 + $1.share : $0 }
        if share > 0 || isComplete { return share }
        // Less than the sample can show.
        return 0.5 / Double(max(sampleCount, 1))
    }
}
