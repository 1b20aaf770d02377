/// A set of small numbers: the nodes or relationships of a pattern that are solved, the variables that a
/// row has.
///
/// One word holds the usual pattern; larger ones take more words.
struct BitSet: Hashable, Sendable {
    private var low: UInt64 = 0
    /// The words after the first, without zeros at the end, so that equal sets have equal words.
    private var high: [UInt64] = []

    init() {}

    init(_ elements: some Sequence<Int>) {
        for element in elements { insert(element) }
    }

    func contains(_ element: Int) -> Bool {
        if element < 64 { return low >> UInt64(element) & 1 == 1 }
        let word = element / 64 - 1
        return word < high.count && high[word] >> UInt64(element % 64) & 1 == 1
    }

    mutating func insert(_ element: Int) {
        if element < 64 {
            low |= 1 << UInt64(element)
            return
        }
        let word = element / 64 - 1
        while high.count <= word { high.append(0) }
        high[word] |= 1 << UInt64(element % 64)
    }

    mutating func remove(_ element: Int) {
        if element < 64 {
            low &= ~(1 << UInt64(element))
            return
        }
        let word = element / 64 - 1
        guard word < high.count else { return }
        high[word] &= ~(1 << UInt64(element % 64))
        trim()
    }

    /// The number of elements.
    var count: Int { high.reduce(low.nonzeroBitCount) { $0 + $1.nonzeroBitCount } }

    var isEmpty: Bool { low == 0 && high.isEmpty }

    func isSubset(of other: BitSet) -> Bool {
        guard low & ~other.low == 0, high.count <= other.high.count else { return false }
        for word in high.indices where high[word] & ~other.high[word] != 0 { return false }
        return true
    }

    func isDisjoint(with other: BitSet) -> Bool {
        guard low & other.low == 0 else { return false }
        for word in 0..<min(high.count, other.high.count)
        where high[word] & other.high[word] != 0 { return false }
        return true
    }

    mutating func formUnion(_ other: BitSet) {
        low |= other.low
        if high.isEmpty {
            high = other.high
            return
        }
        for word in other.high.indices {
            if word < high.count {
                high[word] |= other.high[word]
            } else {
                high.append(other.high[word])
            }
        }
    }

    func intersection(_ other: BitSet) -> BitSet {
        var result = self
        result.formIntersection(other)
        return result
    }

    func subtracting(_ other: BitSet) -> BitSet {
        var result = self
        result.subtract(other)
        return result
    }

    mutating func formIntersection(_ other: BitSet) {
        low &= other.low
        if high.count > other.high.count { high.removeLast(high.count - other.high.count) }
        for word in high.indices { high[word] &= other.high[word] }
        trim()
    }

    mutating func subtract(_ other: BitSet) {
        low &= ~other.low
        for word in 0..<min(high.count, other.high.count) { high[word] &= ~other.high[word] }
        trim()
    }

    private mutating func trim() {
        while high.last == 0 { high.removeLast() }
    }

    /// The elements, from the smallest.
    var elements: [Int] {
        var found: [Int] = []
        found.reserveCapacity(count)
        Self.append(low, 0, to: &found)
        for (word, bits) in high.enumerated() { Self.append(bits, (word + 1) * 64, to: &found) }
        return found
    }

    private static func append(_ word: UInt64, _ first: Int, to found: inout [Int]) {
        var bits = word
        while bits != 0 {
            found.append(first + bits.trailingZeroBitCount)
            bits &= bits - 1
        }
    }
}
