import KithStorage
import KithValues

/// How many different values an index had when it had so many entries.
struct DistinctEstimate: Sendable {
    let distinctCount: Int
    let entryCount: Int
}

/// Estimates how many different values an index has.
struct DistinctSample {
    let index: IndexDefinition
    let propertyCount: Int

    /// Up to this many different values are counted exactly.
    private static let jumpsMax = 256
    /// Otherwise so many entries are looked at.
    private static let sampleSize = 2_000

    func estimate(_ storage: StorageReader, entryCount: Int) throws(GraphError) -> Int {
        guard entryCount > 0 else { return 0 }
        let cursor = IndexEntryCursor(storage, index.id)
        var distinct = 0
        var isOnEntry = try cursor.seekFirst()
        while isOnEntry, distinct < Self.jumpsMax {
            distinct += 1
            guard let next = IndexKeys.successor(leadingValues(cursor.key)) else { return distinct }
            isOnEntry = try cursor.seek(atOrAfter: next)
        }
        if !isOnEntry { return distinct }
        var seen = 0
        var different = 0
        var previous: [UInt8] = []
        isOnEntry = try cursor.seekFirst()
        while isOnEntry, seen < Self.sampleSize {
            let values = leadingValues(cursor.key)
            if values != previous { different += 1 }
            previous = values
            seen += 1
            isOnEntry = try cursor.next()
        }
        return max(distinct, entryCount * different / max(seen, 1))
    }

    /// The part of a key that belongs to the first properties.
    private func leadingValues(_ key: UnsafeRawBufferPointer) -> [UInt8] {
        let values = Array(key.dropLast(8))
        if propertyCount >= index.properties.count { return values }
        var offset = 0
        for _ in 0..<propertyCount {
            do {
                _ = try Value.decodeOrderedKey(values, at: &offset)
            } catch {
                return values
            }
        }
        return Array(values[..<offset])
    }
}
