import KithStorage
import KithValues

/// Delivers the raw ids of an index's entries in the order of their keys.
///
/// For one thread at a time. In a write transaction it may be read across changes: it goes on from
/// the entry that it delivered last.
public final class IndexCursor {
    private let reader: GraphReader
    private let definition: IndexDefinition
    private let keys: IndexKeys
    private let range: OrderedRange?
    private let isDescending: Bool
    private let cursor: IndexEntryCursor
    private var isStarted = false
    private var isDone = false

    init(_ reader: GraphReader, _ definition: IndexDefinition, _ bounds: IndexBounds) {
        self.reader = reader
        self.definition = definition
        keys = reader.indexKeys
        range = OrderedRange(bounds)
        isDescending = bounds.isDescending
        cursor = IndexEntryCursor(reader.storage, definition.id)
    }

    /// Replaces the contents of `ids` by the next entries, at most `limit`; empty at the end.
    public func next(into ids: inout [UInt64], limit: Int) throws(GraphError) {
        ids.removeAll(keepingCapacity: true)
        guard let range, !isDone else { return }
        while ids.count < limit {
            guard try move(range) else {
                isDone = true
                return
            }
            let key = cursor.key
            guard key.count >= 8 else { throw GraphError.corrupt("an index key is too short") }
            let values = UnsafeRawBufferPointer(rebasing: key[..<(key.count - 8)])
            if isPast(values, range) {
                isDone = true
                return
            }
            let id = key.bigEndianUInt64(at: key.count - 8)
            if try belongs(values, isCut: cursor.isCut, id: id, to: range) {
                ids.append(id)
            }
        }
    }

    private func move(_ range: OrderedRange) throws(GraphError) -> Bool {
        let isFirst = !isStarted
        isStarted = true
        guard isFirst else { return isDescending ? try cursor.previous() : try cursor.next() }
        guard isDescending else {
            return try cursor.seek(atOrAfter: Array(range.start.prefix(keys.cutLength)))
        }
        guard let end = seekEnd(range) else { return try cursor.seekLast() }
        if try cursor.seek(atOrAfter: end) { return try cursor.previous() }
        return try cursor.seekLast()
    }

    /// Stored keys from here on are past the range; nil if none is.
    private func seekEnd(_ range: OrderedRange) -> [UInt8]? {
        guard let end = range.end, end.count > keys.cutLength else { return range.end }
        return IndexKeys.successor(Array(end.prefix(keys.cutLength)))
    }

    /// Whether this and all later entries lie outside the range.
    private func isPast(_ values: UnsafeRawBufferPointer, _ range: OrderedRange) -> Bool {
        if isDescending {
            return OrderedRange.precedes(values, Array(range.start.prefix(keys.cutLength)))
        }
        guard let end = seekEnd(range) else { return false }
        return !OrderedRange.precedes(values, end)
    }

    /// Whether an entry lies in the range, by its whole values.
    private func belongs(
        _ values: UnsafeRawBufferPointer, isCut: Bool, id: UInt64, to range: OrderedRange
    ) throws(GraphError) -> Bool {
        if isCut {
            guard let whole = try reader.orderedValues(of: id, definition) else { return false }
            if OrderedRange.precedes(whole, range.start) { return false }
            return range.end.map { OrderedRange.precedes(whole, $0) } ?? true
        }
        if OrderedRange.precedes(values, range.start) { return false }
        return range.end.map { OrderedRange.precedes(values, $0) } ?? true
    }
}
