/// Edges of one type in the order of their two ends, with the rows that they were loaded as.
///
/// Where both ends and the row fit in 64 bits together, an edge is one word; else each part has an
/// array of its own.
final class SortedEdges: @unchecked Sendable {
    // Sendable: written only before it is handed out.

    /// How the parts of an edge lie in a word: the first end above the second end above the row.
    struct Packing {
        var firstLow: UInt64
        var secondLow: UInt64
        var secondBits: Int
        var rowBits: Int

        var firstShift: UInt64 { UInt64(secondBits + rowBits) }
    }

    let count: Int
    /// No second end is smaller.
    let secondLow: UInt64
    /// No second end is greater.
    let secondHigh: UInt64
    private let packing: Packing?
    private let words: UnsafeMutablePointer<UInt64>
    private let others: UnsafeMutablePointer<UInt64>?
    private let numbers: [UInt32]

    /// Takes over packed words.
    init(
        packed words: UnsafeMutablePointer<UInt64>, count: Int, packing: Packing,
        secondHigh: UInt64
    ) {
        self.count = count
        self.packing = packing
        self.words = words
        secondLow = packing.secondLow
        self.secondHigh = secondHigh
        others = nil
        numbers = []
    }

    /// Takes over both ends; edges without rows are rows 0, 1, 2, …
    init(
        first: UnsafeMutablePointer<UInt64>, second: UnsafeMutablePointer<UInt64>, count: Int,
        rows: [UInt32]
    ) {
        self.count = count
        packing = nil
        words = first
        others = second
        numbers = rows
        var low = UInt64.max
        var high: UInt64 = 0
        for index in 0..<count {
            low = min(low, second[index])
            high = max(high, second[index])
        }
        secondLow = low
        secondHigh = high
    }

    deinit {
        words.deallocate()
        others?.deallocate()
    }

    /// The first end of an edge.
    func first(_ edge: Int) -> UInt64 {
        guard let packing else { return words[edge] }
        return Self.first(words[edge], packing)
    }

    /// The second end of an edge.
    func second(_ edge: Int) -> UInt64 {
        guard let packing else { return others?[edge] ?? 0 }
        return Self.second(words[edge], packing)
    }

    @inline(__always)
    private static func first(_ word: UInt64, _ packing: Packing) -> UInt64 {
        packing.firstShift >= 64
            ? packing.firstLow : packing.firstLow &+ word &>> packing.firstShift
    }

    @inline(__always)
    private static func second(_ word: UInt64, _ packing: Packing) -> UInt64 {
        guard packing.rowBits < 64 else { return packing.secondLow }
        let mask = BitPacking.mask(packing.secondBits)
        return packing.secondLow &+ (word &>> UInt64(packing.rowBits) & mask)
    }

    /// Writes both ends of some edges.
    func copyEnds(
        _ range: Range<Int>, first: UnsafeMutablePointer<UInt64>,
        second: UnsafeMutablePointer<UInt64>
    ) {
        guard let packing else {
            first.update(from: words + range.lowerBound, count: range.count)
            if let others { second.update(from: others + range.lowerBound, count: range.count) }
            return
        }
        let source = words + range.lowerBound
        for index in 0..<range.count {
            first[index] = Self.first(source[index], packing)
            second[index] = Self.second(source[index], packing)
        }
    }

    /// Writes the rows of some edges.
    func copyRows(_ range: Range<Int>, to target: UnsafeMutablePointer<UInt32>) {
        guard let packing else {
            for (index, edge) in range.enumerated() {
                target[index] = numbers.isEmpty ? UInt32(truncatingIfNeeded: edge) : numbers[edge]
            }
            return
        }
        let mask = BitPacking.mask(packing.rowBits)
        let source = words + range.lowerBound
        for index in 0..<range.count {
            target[index] = UInt32(truncatingIfNeeded: source[index] & mask)
        }
    }

    /// The first edge at or after `start` whose first end is not below `limit`.
    func firstEdge(from start: Int, notBelow limit: UInt64) -> Int {
        var step = 64
        var low = start
        var high = start
        while high < count, first(high) < limit {
            low = high + 1
            high += step
            step *= 2
        }
        high = min(high, count)
        while low < high {
            let middle = (low + high) / 2
            if first(middle) < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A piece of a list that becomes one block.
struct BlockCut {
    var edges: Range<Int>
    var chunk: UInt64
    var ordinal: UInt32
}

/// Cuts sorted edges into blocks: of one chunk of nodes each, and of at most so many edges.
struct BlockCutter {
    let edgesPerBlockMax: Int
    private var chunk: UInt64?
    private var ordinal: UInt32 = 0

    init(edgesPerBlockMax: Int) { self.edgesPerBlockMax = edgesPerBlockMax }

    /// The blocks of some edges, which come after all that were cut before.
    mutating func cuts(of edges: SortedEdges) -> [BlockCut] {
        var cuts: [BlockCut] = []
        var start = 0
        while start < edges.count {
            let own = edges.first(start) &>> UInt64(GraphLimits.slotBits)
            let limit = (own + 1) &<< UInt64(GraphLimits.slotBits)
            let end = edges.firstEdge(from: start, notBelow: limit)
            if own != chunk { ordinal = 0 }
            chunk = own
            while start < end {
                let next = min(start + edgesPerBlockMax, end)
                cuts.append(BlockCut(edges: start..<next, chunk: own, ordinal: ordinal))
                ordinal += 1
                start = next
            }
        }
        return cuts
    }
}
