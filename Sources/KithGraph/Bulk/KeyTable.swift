import CShims
import Glibc
import KithValues

/// Finds nodes by their key while relationships are loaded: compact hashes of integers and strings.
///
/// One thread adds; then several may look up.
public struct KeyTable: ~Copyable {
    private var integers: IntegerKeys
    private var strings: StringKeys

    /// Makes an empty table.
    public init(expectedCount: Int = 0) {
        integers = IntegerKeys(expectedCount: expectedCount)
        strings = StringKeys()
    }

    /// The number of keys.
    public var count: Int { integers.count + strings.count }

    /// The memory it takes.
    public var sizeInBytes: Int { integers.sizeInBytes + strings.sizeInBytes }

    /// Adds a key, or returns the id that it already has.
    public mutating func insert(_ key: Int64, id: UInt64) -> UInt64? {
        integers.insert(key, id)
    }

    /// Adds a key, or returns the id that it already has.
    public mutating func insert(_ key: UnsafeBufferPointer<UInt8>, id: UInt64) -> UInt64? {
        strings.insert(UnsafeRawBufferPointer(key), id)
    }

    /// The id of a key, or nil.
    public func id(of key: Int64) -> UInt64? {
        let id = integers.id(of: key)
        return id == Self.missingID ? nil : id
    }

    /// The id of a key, or nil.
    public func id(of key: UnsafeBufferPointer<UInt8>) -> UInt64? {
        strings.id(of: UnsafeRawBufferPointer(key))
    }

    /// Writes the ids of many keys; ``missingID`` for those without one.
    public func ids(
        of keys: UnsafeBufferPointer<Int64>, into ids: UnsafeMutablePointer<UInt64>
    ) { integers.ids(of: keys, into: ids) }

    /// Adds every node with the label and the property that was there before this load.
    ///
    /// Keys that are neither integers nor strings are added under their ordered bytes.
    public mutating func load(
        label: LabelID, property: PropertyKeyID, from reader: GraphReader
    ) throws(GraphError) {
        for chunk in try reader.nodeChunks(label: label) {
            let slots = try reader.slots(inNodeChunk: chunk, labels: [label])
            let column = try reader.column(property, inNodeChunk: chunk)
            for slot in 0..<slots.endSlot where slots.contains(slot) && column.hasValue(slot) {
                let id = chunk.rawID(slot: slot)
                switch column.layout {
                case .integer: _ = insert(column.integers[slot], id: id)
                case .string: _ = insert(column.stringBuffer(slot), id: id)
                default:
                    var bytes: [UInt8] = []
                    switch column.value(at: slot) {
                    case .integer(let number):
                        _ = insert(number, id: id)
                        continue
                    case .string(let text): bytes = Array(text.utf8)
                    case let other: other.appendOrderedKey(to: &bytes)
                    }
                    bytes.withUnsafeBufferPointer { _ = insert($0, id: id) }
                }
            }
        }
    }

    /// Stands for a key that is not in the table.
    public static let missingID = UInt64.max
}

/// Integers to ids. Keys that ascend with their ids, as generated ones do, are kept as a few runs;
/// others in a hash table.
private struct IntegerKeys: ~Copyable {
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
    private(set) var count = 0
    private let expectedCount: Int

    /// More runs than these are better hashed.
    private static let runsMax = 64

    init(expectedCount: Int) { self.expectedCount = expectedCount }

    var sizeInBytes: Int {
        runs.count * MemoryLayout<Run>.stride + (table?.sizeInBytes ?? 0)
    }

    mutating func insert(_ key: Int64, _ id: UInt64) -> UInt64? {
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
        let known = table?.insert(key, id)
        if known == nil { count += 1 }
        return known
    }

    /// Moves the runs to a hash table.
    private mutating func hash() {
        let hashed = HashedIntegers(expectedCount: max(expectedCount, count + 1))
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
        if table != nil { return table?.id(of: key) ?? KeyTable.missingID }
        var low = 0
        var high = runs.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle].first <= key { low = middle } else { high = middle }
        }
        return low < runs.count ? runs[low].id(of: key) : KeyTable.missingID
    }

    func ids(of wanted: UnsafeBufferPointer<Int64>, into ids: UnsafeMutablePointer<UInt64>) {
        if table != nil {
            table?.ids(of: wanted, into: ids)
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
private final class HashedIntegers {
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
        if count * 2 > mask { grow() }
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

    private func grow() {
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

/// Strings to ids: as above, with the strings' bytes one after another.
private struct StringKeys: ~Copyable {
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

    var count: Int { entries.count }
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
        if (entries.count + 1) * 2 > table.count { grow() }
        let hash = KeyHash.hash(key)
        let position = position(key, hash)
        if table[position] != Self.empty { return entries[Int(table[position])].id }
        precondition(entries.count < Int(Self.empty), "a key table holds less than 2³² strings")
        table[position] = UInt32(entries.count)
        entries.append(Entry(hash: hash, start: bytes.count, length: key.count, id: id))
        bytes.append(contentsOf: key)
        return nil
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
        guard !table.isEmpty else { return nil }
        let position = position(key, KeyHash.hash(key))
        return table[position] == Self.empty ? nil : entries[Int(table[position])].id
    }
}
