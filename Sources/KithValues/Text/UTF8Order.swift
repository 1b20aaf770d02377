import Glibc

/// Strings as the language sees them: sequences of UTF-8 bytes.
///
/// Swift's own `==` and `<` on strings use canonical equivalence, which the language does not.
public enum UTF8Order {
    /// Whether both strings have the same bytes.
    public static func areEqual(_ left: String, _ right: String) -> Bool {
        let leftWords = words(left)
        let rightWords = words(right)
        if leftWords == rightWords { return true }
        // Two strings of which neither lies in memory are their words.
        if leftWords.1 & rightWords.1 & inlineMark != 0 { return false }
        let leftView = left.utf8
        let rightView = right.utf8
        guard leftView.count == rightView.count else { return false }
        return compare(left, right) == 0
    }

    /// The two words that a string is: a short one's bytes, zeros behind them, and what says so; or where
    /// the bytes are, their number and more. Equal words are equal bytes; ``inlineMark`` is set where the
    /// bytes are in the words themselves.
    private static func words(_ string: String) -> (UInt64, UInt64) {
        unsafeBitCast(string, to: (UInt64, UInt64).self)
    }

    /// Part of the layout of strings where words have 64 bits. Nothing promises it on all systems:
    /// `UTF8OrderTests` compare strings of every layout by their bytes.
    private static let inlineMark: UInt64 = 1 << 61

    /// Negative, zero or positive as `left` is before, the same as or after `right`, by bytes.
    public static func compare(_ left: String, _ right: String) -> Int {
        let fast = left.utf8.withContiguousStorageIfAvailable { leftBytes in
            right.utf8.withContiguousStorageIfAvailable { rightBytes in
                compare(leftBytes, rightBytes)
            }
        }
        if let nested = fast, let result = nested { return result }
        return compareBytewise(left, right)
    }

    private static func compare(
        _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
    ) -> Int {
        let common = min(left.count, right.count)
        if common > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress {
            let result = memcmp(leftBase, rightBase, common)
            if result != 0 { return Int(result) }
        }
        return left.count - right.count
    }

    /// For strings whose bytes are not in one piece.
    private static func compareBytewise(_ left: String, _ right: String) -> Int {
        var leftBytes = left.utf8.makeIterator()
        var rightBytes = right.utf8.makeIterator()
        while true {
            switch (leftBytes.next(), rightBytes.next()) {
            case (nil, nil): return 0
            case (nil, _): return -1
            case (_, nil): return 1
            case (let leftByte?, let rightByte?):
                if leftByte != rightByte { return Int(leftByte) - Int(rightByte) }
            }
        }
    }
}

extension Sequence where Element == String {
    /// Whether a name is among these, byte by byte.
    public func contains(name: String) -> Bool {
        contains { UTF8Order.areEqual($0, name) }
    }

    /// The names as a set in which only those of the same bytes are one.
    public var nameSet: Set<UTF8Key> { Set(map { UTF8Key($0) }) }
}

/// A string that is equal to another only if it has the same bytes; a key for dictionaries.
public struct UTF8Key: Hashable, Comparable, Sendable {
    /// The string itself.
    public let text: String

    /// Wraps `text`.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether both have the same bytes.
    public static func == (left: UTF8Key, right: UTF8Key) -> Bool {
        UTF8Order.areEqual(left.text, right.text)
    }

    /// Orders by bytes.
    public static func < (left: UTF8Key, right: UTF8Key) -> Bool {
        UTF8Order.compare(left.text, right.text) < 0
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        UTF8Order.hash(text, into: &hasher)
    }
}

extension UTF8Order {
    /// Feeds the bytes of `text` and its length into `hasher`.
    public static func hash(_ text: String, into hasher: inout Hasher) {
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        if done == nil {
            var contiguous = text
            contiguous.makeContiguousUTF8()
            contiguous.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
        hasher.combine(text.utf8.count)
    }
}
