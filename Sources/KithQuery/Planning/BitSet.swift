/// A set of small numbers: the nodes or relationships of a pattern that are solved.
///
/// One word holds the usual pattern; larger ones take more words.
struct BitSet: Hashable {
    private var low: UInt64 = 0
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

    /// The number of elements.
    var count: Int { high.reduce(low.nonzeroBitCount) { $0 + $1.nonzeroBitCount } }

    var isEmpty: Bool { low == 0 && high.allSatisfy { $0 == 0 } }

    func isSubset(of other: BitSet) -> Bool {
        guard low & ~other.low == 0 else { return false }
        for (word, bits) in high.enumerated() where bits != 0 {
            guard word < other.high.count, bits & ~other.high[word] == 0 else { return false }
        }
        return true
    }

    func isDisjoint(with other: BitSet) -> Bool {
        guard low & other.low == 0 else { return false }
        for (bits, others) in zip(high, other.high) where bits & others != 0 { return false }
        return true
    }

    /// The elements, from the smallest.
    var elements: [Int] {
        var found: [Int] = []
        var bits = low
        while bits != 0 {
            found.append(bits.trailingZeroBitCount)
            bits &= bits - 1
        }
        for (word, bits) in high.enumerated() {
            var bits = bits
            while bits != 0 {
                found.append((word + 1) * 64 + bits.trailingZeroBitCount)
                bits &= bits - 1
            }
        }
        return found
    }
}
