/// A map of the language: strings to values, keys unique by their bytes, in insertion order.
///
/// Small maps, which is nearly all, are searched one entry after the other; a map of more than
/// ``indexedCountMin`` entries keeps an index of its keys.
public struct ValueMap: Sendable {
    /// One key with its value.
    public struct Entry: Sendable {
        /// The key.
        public let key: String
        /// The value under the key; may be null.
        public var value: Value

        /// Makes an entry.
        public init(key: String, value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// From this number of entries on a map has an index of its keys.
    static let indexedCountMin = 17

    /// All entries in the order in which their keys were first put in.
    public private(set) var entries: [Entry]
    private var positions: [UTF8Key: Int]?

    /// Makes an empty map.
    public init() {
        entries = []
    }

    /// Makes a map from pairs; of two pairs with the same key the later value stays.
    public init(_ pairs: [(String, Value)]) {
        entries = pairs.map { Entry(key: $0.0, value: $0.1) }
        if entries.count < Self.indexedCountMin, Self.areDistinct(entries) { return }
        entries.removeAll(keepingCapacity: true)
        for (key, value) in pairs { self[key] = value }
    }

    /// Compares each key with each.
    private static func areDistinct(_ entries: [Entry]) -> Bool {
        entries.withUnsafeBufferPointer { entries in
            for later in entries.indices.dropFirst() {
                for earlier in 0..<later
                where UTF8Order.areEqual(entries[earlier].key, entries[later].key) { return false }
            }
            return true
        }
    }

    /// The number of entries.
    public var count: Int { entries.count }

    /// Whether there are no entries.
    public var isEmpty: Bool { entries.isEmpty }

    /// The keys in insertion order.
    public var keys: [String] { entries.map(\.key) }

    /// The value under a key, nil where there is none; setting nil removes the key.
    public subscript(key: String) -> Value? {
        get {
            guard let position = position(of: key) else { return nil }
            return entries[position].value
        }
        set {
            guard let newValue else {
                remove(key)
                return
            }
            if let position = position(of: key) {
                entries[position].value = newValue
            } else {
                append(key, newValue)
            }
        }
    }

    /// Removes a key with its value; the others keep their order.
    ///
    /// - Complexity: O(*n*), where *n* is the number of entries.
    public mutating func remove(_ key: String) {
        guard let position = position(of: key) else { return }
        entries.remove(at: position)
        positions = nil
        if entries.count >= Self.indexedCountMin { buildIndex() }
    }

    /// The value under a key, nil where there is none; `place` is where in ``entries`` to look first, and
    /// then where it was: maps that were made alike have it at the same place.
    public func value(of key: String, near place: inout Int) -> Value? {
        if place < entries.count, UTF8Order.areEqual(entries[place].key, key) {
            return entries[place].value
        }
        guard let found = position(of: key) else { return nil }
        place = found
        return entries[found].value
    }

    /// Where in ``entries`` a key is.
    func position(of key: String) -> Int? {
        if let positions { return positions[UTF8Key(key)] }
        return entries.firstIndex { UTF8Order.areEqual($0.key, key) }
    }

    private mutating func append(_ key: String, _ value: Value) {
        entries.append(Entry(key: key, value: value))
        if positions != nil {
            positions?[UTF8Key(key)] = entries.count - 1
        } else if entries.count >= Self.indexedCountMin {
            buildIndex()
        }
    }

    private mutating func buildIndex() {
        var built: [UTF8Key: Int] = [:]
        built.reserveCapacity(entries.count)
        for (position, entry) in entries.enumerated() { built[UTF8Key(entry.key)] = position }
        positions = built
    }
}
