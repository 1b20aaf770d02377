import KithValues

/// Makes the keys of indexes: the ordered bytes of the values, then the id.
///
/// Values of more than ``lengthMaxInBytes`` are cut off: what is left of them is followed by a hash
/// of all of them, and the entry's value is 1. Such an entry is checked against the entity's own
/// values wherever it is read, and entries with the same beginning are in no order.
struct IndexKeys {
    /// The longest ordered bytes that an entry keeps whole.
    let lengthMaxInBytes: Int

    init(pageSizeInBytes: Int) { lengthMaxInBytes = pageSizeInBytes / 8 }

    /// What is left of values that are cut off, without the hash.
    var cutLength: Int { lengthMaxInBytes - 8 }

    /// The ordered bytes of values; nil if one of them is null or cannot be in an index.
    static func ordered(_ values: [Value]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for value in values {
            if value.isNull { return nil }
            guard value.appendOrderedKey(to: &bytes) else { return nil }
        }
        return bytes
    }

    /// The key of an entry, and whether its values were cut off.
    func entry(_ ordered: [UInt8], id: UInt64) -> (key: [UInt8], isCut: Bool) {
        var key = values(ordered)
        key.appendBigEndian(id)
        return (key, ordered.count > lengthMaxInBytes)
    }

    /// An entry's key without the id.
    func values(_ ordered: [UInt8]) -> [UInt8] {
        guard ordered.count > lengthMaxInBytes else { return ordered }
        var key = Array(ordered[..<cutLength])
        key.appendBigEndian(ordered.withUnsafeBytes { KeyHash.hash($0) })
        return key
    }

    /// The smallest bytes that are greater than all that begin with these; nil if there are none.
    static func successor(_ bytes: [UInt8]) -> [UInt8]? {
        var result = bytes
        while let last = result.last {
            if last < 0xFF {
                result[result.count - 1] = last + 1
                return result
            }
            result.removeLast()
        }
        return nil
    }
}

/// A range of ordered bytes: from `start` up to, and without, `end`.
struct OrderedRange {
    var start: [UInt8]
    var end: [UInt8]?

    /// The range of the entries within bounds; nil if there can be none.
    init?(_ bounds: IndexBounds) {
        guard let equal = Self.comparable(bounds.equal) else { return nil }
        start = equal
        end = IndexKeys.successor(equal)
        if let prefix = bounds.prefix {
            guard Value.string(prefix).appendOrderedKey(to: &start) else { return nil }
            // Strings end with 00 01, which the beginning of a string does not have.
            start.removeLast(2)
            end = IndexKeys.successor(start)
            return
        }
        var rank: UInt8?
        switch bounds.lower {
        case .unbounded: break
        case .inclusive(let value), .exclusive(let value):
            guard let ordered = Self.comparable([value]) else { return nil }
            rank = ordered.first
            start = equal + ordered
            if case .exclusive = bounds.lower {
                guard let next = IndexKeys.successor(start) else { return nil }
                start = next
            }
            end = rank.flatMap { IndexKeys.successor(equal + [$0]) }
        }
        switch bounds.upper {
        case .unbounded: break
        case .inclusive(let value), .exclusive(let value):
            guard let ordered = Self.comparable([value]), let own = ordered.first else {
                return nil
            }
            if let rank, rank != own { return nil }
            if rank == nil { start = equal + [own] }
            end = equal + ordered
            if case .inclusive = bounds.upper { end = IndexKeys.successor(equal + ordered) }
        }
    }

    /// The ordered bytes of values that can equal something or be compared with it.
    private static func comparable(_ values: [Value]) -> [UInt8]? {
        for case .float(let number) in values where number.isNaN { return nil }
        return IndexKeys.ordered(values)
    }

    static func precedes(_ left: some Collection<UInt8>, _ right: [UInt8]) -> Bool {
        left.lexicographicallyPrecedes(right)
    }
}
