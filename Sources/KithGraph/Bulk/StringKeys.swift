import Glibc

/// Strings to ids: open addressing, at most half full, with the strings' bytes one after another.
struct StringKeys: ~Copyable {
    private struct Entry {
        var hash: UInt64
        var start: Int
        var length: Int
        var id: UInt64
    }

    private var entries: [Entry] = []
    private var table: [UInt32] = []
    private var bytes: [UInt8] = []
    private static let empty = UInt32.max
    private let memory: KeyMemory
    private var file: KeyFile?
    private var takenInBytes = 0
    private var ownFailure: GraphError?
    var failure: GraphError? { ownFailure ?? file?.failure }

    init(_ memory: KeyMemory) { self.memory = memory }

    var count: Int { file?.count ?? entries.count }
    var sizeInBytes: Int { entries.count * 32 + table.count * 4 + bytes.count }

    private func position(_ key: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
        let mask = table.count - 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while table[position] != Self.empty {
            let entry = entries[Int(table[position])]
            if entry.hash == hash, entry.length == key.count, isEqual(entry, key) { break }
            position = (position &+ 1) & mask
        }
        return position
    }

    private func isEqual(_ entry: Entry, _ key: UnsafeRawBufferPointer) -> Bool {
        guard let base = key.baseAddress, entry.length > 0 else { return true }
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { memcmp($0 + entry.start, base, entry.length) == 0 } ?? false
        }
    }

    mutating func insert(_ key: UnsafeRawBufferPointer, _ id: UInt64) -> UInt64? {
        if let file { return file.insert(key, id) }
        if (entries.count + 1) * 2 > table.count {
            makeRoom()
            if let file { return file.insert(key, id) }
        }
        let hash = KeyHash.hash(key)
        let position = position(key, hash)
        if table[position] != Self.empty { return entries[Int(table[position])].id }
        precondition(entries.count < Int(Self.empty), "a key table holds less than 2³² strings")
        table[position] = UInt32(entries.count)
        entries.append(Entry(hash: hash, start: bytes.count, length: key.count, id: id))
        bytes.append(contentsOf: key)
        return nil
    }

    /// Grows, or moves to a file where the budget does not allow it.
    private mutating func makeRoom() {
        let needed = (entries.count * 32 + table.count * 4 + bytes.count) * 2 - takenInBytes
        if needed > 0, failure == nil, !memory.take(needed) {
            do throws(GraphError) {
                try moveToFile()
                return
            } catch {
                // The load fails at the end of the batch; until then all goes on.
                ownFailure = error
                _ = memory.take(needed, always: true)
            }
        }
        takenInBytes += max(needed, 0)
        grow()
    }

    private mutating func moveToFile() throws(GraphError) {
        let made = try KeyFile(expectedCount: entries.count * 4, memory.temporaryDirectory)
        bytes.withUnsafeBytes { buffer in
            for entry in entries {
                let key = UnsafeRawBufferPointer(
                    rebasing: buffer[entry.start..<entry.start + entry.length])
                _ = made.insert(key, entry.id)
            }
        }
        if let error = made.failure { throw error }
        file = made
        entries = []
        table = []
        bytes = []
        memory.giveBack(takenInBytes)
        takenInBytes = 0
    }

    private mutating func grow() {
        table = [UInt32](repeating: Self.empty, count: max(64, table.count * 2))
        let mask = table.count - 1
        for (index, entry) in entries.enumerated() {
            var position = Int(truncatingIfNeeded: entry.hash) & mask
            while table[position] != Self.empty { position = (position &+ 1) & mask }
            table[position] = UInt32(index)
        }
    }

    func id(of key: UnsafeRawBufferPointer) -> UInt64? {
        if let file { return file.id(of: key) }
        guard !table.isEmpty else { return nil }
        let position = position(key, KeyHash.hash(key))
        return table[position] == Self.empty ? nil : entries[Int(table[position])].id
    }
}
