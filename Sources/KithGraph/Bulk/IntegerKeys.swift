import CShims

/// Integers to ids. Keys that ascend with their ids, as generated ones do, are kept as a few runs;
/// others in a hash table.
struct IntegerKeys: ~Copyable {
    private struct Run {
        var first: Int64
        var count: UInt64
        var firstID: UInt64

        /// The id of a key; ``KeyTable/missingID`` if it is outside.
        @inline(__always)
        func id(of key: Int64) -> UInt64 {
            let offset = UInt64(bitPattern: key &- first)
            return key >= first && offset < count ? firstID &+ offset : KeyTable.missingID
        }

        /// Whether the key comes after all of the run.
        func isBefore(_ key: Int64) -> Bool {
            key > first && UInt64(bitPattern: key &- first) >= count
        }
    }

    private var runs: [Run] = []
    private var table: HashedIntegers?
    private var file: KeyFile?
    private(set) var count = 0
    private var ownFailure: GraphError?
    var failure: GraphError? { ownFailure ?? file?.failure }
    private let expectedCount: Int
    private let memory: KeyMemory

    /// More runs than these are better hashed.
    private static let runsMax = 64

    init(expectedCount: Int, _ memory: KeyMemory) {
        self.expectedCount = expectedCount
        self.memory = memory
    }

    var sizeInBytes: Int {
        runs.count * MemoryLayout<Run>.stride + (table?.sizeInBytes ?? 0)
    }

    mutating func insert(_ key: Int64, _ id: UInt64) -> UInt64? {
        if let file {
            let known = file.insert(key, id)
            count = file.count
            return known
        }
        if table == nil {
            guard let last = runs.indices.last else {
                runs.append(Run(first: key, count: 1, firstID: id))
                count = 1
                return nil
            }
            if runs[last].isBefore(key) {
                let isNext = UInt64(bitPattern: key &- runs[last].first) == runs[last].count
                if isNext, id == runs[last].firstID &+ runs[last].count {
                    runs[last].count &+= 1
                    count &+= 1
                    return nil
                }
                if runs.count < Self.runsMax {
                    runs.append(Run(first: key, count: 1, firstID: id))
                    count &+= 1
                    return nil
                }
            } else {
                let known = self.id(of: key)
                if known != KeyTable.missingID { return known }
            }
            hash()
        }
        if let table, table.isFull, !memory.take(table.sizeInBytes) {
            moveToFile(table)
            return insert(key, id)
        }
        let known = table?.insert(key, id)
        if known == nil { count += 1 }
        return known
    }

    private mutating func moveToFile(_ hashed: HashedIntegers) {
        do throws(GraphError) {
            let made = try KeyFile(expectedCount: count * 4, memory.temporaryDirectory)
            hashed.forEach { _ = made.insert($0, $1) }
            if let error = made.failure { throw error }
            file = made
            memory.giveBack(hashed.sizeInBytes)
            table = nil
        } catch {
            // The load fails at the end of the batch; until then all goes on as if there were room.
            ownFailure = ownFailure ?? error
            _ = memory.take(hashed.sizeInBytes, always: true)
            hashed.grow()
        }
    }

    /// Moves the runs to a hash table.
    private mutating func hash() {
        let hashed = HashedIntegers(expectedCount: max(expectedCount, count + 1))
        _ = memory.take(hashed.sizeInBytes, always: true)
        for run in runs {
            for offset in 0..<run.count {
                _ = hashed.insert(
                    run.first &+ Int64(bitPattern: offset), run.firstID &+ offset)
            }
        }
        runs = []
        table = hashed
    }

    func id(of key: Int64) -> UInt64 {
        if let table { return table.id(of: key) }
        if let file { return file.id(of: key) ?? KeyTable.missingID }
        var low = 0
        var high = runs.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle].first <= key { low = middle } else { high = middle }
        }
        return low < runs.count ? runs[low].id(of: key) : KeyTable.missingID
    }

    func ids(of wanted: UnsafeBufferPointer<Int64>, into ids: UnsafeMutablePointer<UInt64>) {
        if let table {
            table.ids(of: wanted, into: ids)
            return
        }
        if runs.count == 1 {
            let run = runs[0]
            for index in 0..<wanted.count { ids[index] = run.id(of: wanted[index]) }
            return
        }
        for index in 0..<wanted.count { ids[index] = id(of: wanted[index]) }
    }
}

/// Integers to ids: open addressing, linear probing, at most half full.
final class HashedIntegers {
    private var keys: UnsafeMutablePointer<Int64>
    private var values: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private(set) var count = 0

    init(expectedCount: Int) {
        var capacity = 64
        while capacity < expectedCount * 2 { capacity *= 2 }
        keys = .allocate(capacity: capacity)
        values = .allocate(capacity: capacity)
        values.initialize(repeating: KeyTable.missingID, count: capacity)
        mask = capacity - 1
    }

    deinit {
        keys.deallocate()
        values.deallocate()
    }

    var sizeInBytes: Int { (mask + 1) * 16 }

    @inline(__always)
    private func home(_ key: Int64) -> Int {
        Int(truncatingIfNeeded: KeyHash.hash(UInt64(bitPattern: key))) & mask
    }

    func insert(_ key: Int64, _ id: UInt64) -> UInt64? {
        if isFull { grow() }
        var position = home(key)
        while values[position] != KeyTable.missingID {
            if keys[position] == key { return values[position] }
            position = (position &+ 1) & mask
        }
        keys[position] = key
        values[position] = id
        count += 1
        return nil
    }

    /// Whether the next key makes the table twice as large.
    var isFull: Bool { count * 2 > mask }

    func forEach(_ body: (Int64, UInt64) -> Void) {
        for index in 0...mask where values[index] != KeyTable.missingID {
            body(keys[index], values[index])
        }
    }

    func grow() {
        let oldKeys = keys
        let oldValues = values
        let oldCapacity = mask + 1
        let capacity = oldCapacity * 2
        keys = .allocate(capacity: capacity)
        values = .allocate(capacity: capacity)
        values.initialize(repeating: KeyTable.missingID, count: capacity)
        mask = capacity - 1
        for index in 0..<oldCapacity where oldValues[index] != KeyTable.missingID {
            var position = home(oldKeys[index])
            while values[position] != KeyTable.missingID { position = (position &+ 1) & mask }
            keys[position] = oldKeys[index]
            values[position] = oldValues[index]
        }
        oldKeys.deallocate()
        oldValues.deallocate()
    }

    @inline(__always)
    func id(of key: Int64) -> UInt64 {
        var position = home(key)
        while values[position] != KeyTable.missingID {
            if keys[position] == key { return values[position] }
            position = (position &+ 1) & mask
        }
        return KeyTable.missingID
    }

    func ids(of wanted: UnsafeBufferPointer<Int64>, into ids: UnsafeMutablePointer<UInt64>) {
        let distance = 8
        for index in 0..<wanted.count {
            if index &+ distance < wanted.count {
                let ahead = home(wanted[index &+ distance])
                kith_prefetch(keys + ahead)
                kith_prefetch(values + ahead)
            }
            ids[index] = id(of: wanted[index])
        }
    }
}
