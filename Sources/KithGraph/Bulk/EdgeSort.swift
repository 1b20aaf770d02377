/// Sorts edges by their two ends in linear time.
enum EdgeSort {
    /// The rows of edges in the order of (first, second); equal ones stay in the order of rows.
    static func order(
        first: UnsafePointer<UInt64>, second: UnsafePointer<UInt64>, count: Int
    ) -> [UInt32] {
        let edges = sorted(first: first, second: second, count: count, keepsRows: true)
        return [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress { edges.copyRows(0..<count, to: base) }
            initialized = count
        }
    }

    /// Edges in the order of (first, second); equal ones stay in the order of rows.
    ///
    /// Without rows, those of the result mean nothing.
    static func sorted(
        first: UnsafePointer<UInt64>, second: UnsafePointer<UInt64>, count: Int, keepsRows: Bool
    ) -> SortedEdges {
        let (firstLow, firstBits, _) = range(first, count)
        let (secondLow, secondBits, secondHigh) = range(second, count)
        let rowBits = keepsRows && count > 1 ? 64 - UInt64(count - 1).leadingZeroBitCount : 0
        guard firstBits + secondBits + rowBits <= 64 else {
            return sortedApart(first, firstLow, firstBits, second, secondLow, secondBits, count)
        }
        let packing = SortedEdges.Packing(
            firstLow: firstLow, secondLow: secondLow, secondBits: secondBits, rowBits: rowBits)
        var words = UnsafeMutablePointer<UInt64>.allocate(capacity: max(count, 1))
        let order = pack(first, second, count, packing, hasRows: rowBits > 0, into: words)
        switch order {
        case .full: break
        case .first: sortGroups(words, count, shift: packing.firstShift)
        case .second, .none:
            var other = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
            radixSort(
                &words, &other, count: count,
                from: order == .second ? rowBits + secondBits : rowBits,
                to: rowBits + firstBits + secondBits)
            other.deallocate()
        }
        return SortedEdges(packed: words, count: count, packing: packing, secondHigh: secondHigh)
    }

    /// How far edges are in order as they come.
    private enum FoundOrder {
        case full
        case first
        case second
        case none
    }

    private static func pack(
        _ first: UnsafePointer<UInt64>, _ second: UnsafePointer<UInt64>, _ count: Int,
        _ packing: SortedEdges.Packing, hasRows: Bool, into words: UnsafeMutablePointer<UInt64>
    ) -> FoundOrder {
        let firstShift = packing.firstShift
        let secondShift = UInt64(packing.rowBits)
        var isSorted = true
        var isFirstSorted = true
        var isSecondSorted = true
        var previous: UInt64 = 0
        var previousSecond: UInt64 = 0
        var row = 0
        while row < count {
            let high = firstShift >= 64 ? 0 : (first[row] &- packing.firstLow) &<< firstShift
            let middle = secondShift >= 64 ? 0 : (second[row] &- packing.secondLow) &<< secondShift
            let word = high | middle | (hasRows ? UInt64(truncatingIfNeeded: row) : 0)
            words[row] = word
            isSorted = isSorted && word >= previous
            isFirstSorted = isFirstSorted && high >= previous & ~(BitPacking.mask(Int(firstShift)))
            isSecondSorted = isSecondSorted && middle >= previousSecond
            previous = word
            previousSecond = middle
            row &+= 1
        }
        if isSorted { return .full }
        return isFirstSorted ? .first : isSecondSorted ? .second : .none
    }

    /// Sorts words whose upper parts ascend already.
    private static func sortGroups(
        _ words: UnsafeMutablePointer<UInt64>, _ count: Int, shift: UInt64
    ) {
        let insertionMax = 24
        var start = 0
        while start < count {
            let upper = words[start] &>> shift
            var end = start + 1
            while end < count, words[end] &>> shift == upper { end += 1 }
            if end - start <= insertionMax {
                var next = start + 1
                while next < end {
                    let word = words[next]
                    var place = next
                    while place > start, words[place - 1] > word {
                        words[place] = words[place - 1]
                        place -= 1
                    }
                    words[place] = word
                    next += 1
                }
            } else {
                var group = UnsafeMutableBufferPointer(
                    start: words + start, count: end - start)
                group.sort()
            }
            start = end
        }
    }

    /// Sorts edges that do not fit in one word: by the second end, then by the first.
    private static func sortedApart(
        _ first: UnsafePointer<UInt64>, _ firstLow: UInt64, _ firstBits: Int,
        _ second: UnsafePointer<UInt64>, _ secondLow: UInt64, _ secondBits: Int, _ count: Int
    ) -> SortedEdges {
        let rowBits = count > 1 ? 64 - UInt64(count - 1).leadingZeroBitCount : 1
        var rows: [UInt32]
        if max(firstBits, secondBits) + rowBits <= 64 {
            rows = (0..<UInt32(count)).map { $0 }
            sortRows(&rows, by: second, secondLow, secondBits, rowBits)
            sortRows(&rows, by: first, firstLow, firstBits, rowBits)
        } else {
            rows = (0..<UInt32(count)).sorted { left, right in
                let (a, b) = (Int(left), Int(right))
                return (first[a], second[a], left) < (first[b], second[b], right)
            }
        }
        let nodes = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        let neighbours = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        for (index, row) in rows.enumerated() {
            nodes[index] = first[Int(row)]
            neighbours[index] = second[Int(row)]
        }
        return SortedEdges(first: nodes, second: neighbours, count: count, rows: rows)
    }

    /// Sorts rows by a key; those with equal keys stay as they are.
    private static func sortRows(
        _ rows: inout [UInt32], by keys: UnsafePointer<UInt64>, _ low: UInt64, _ bits: Int,
        _ rowBits: Int
    ) {
        let count = rows.count
        var words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        var other = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        defer {
            words.deallocate()
            other.deallocate()
        }
        for (index, row) in rows.enumerated() {
            words[index] = (keys[Int(row)] &- low) &<< UInt64(rowBits) | UInt64(row)
        }
        radixSort(&words, &other, count: count, from: rowBits, to: rowBits + bits)
        let mask = BitPacking.mask(rowBits)
        for index in 0..<count { rows[index] = UInt32(truncatingIfNeeded: words[index] & mask) }
    }

    private static func range(
        _ values: UnsafePointer<UInt64>, _ count: Int
    ) -> (low: UInt64, bits: Int, high: UInt64) {
        guard count > 0 else { return (0, 0, 0) }
        var low = values[0]
        var high = values[0]
        var index = 1
        while index < count {
            low = min(low, values[index])
            high = max(high, values[index])
            index &+= 1
        }
        return (low, 64 - (high - low).leadingZeroBitCount, high)
    }

    private static func radixSort(
        _ items: inout UnsafeMutablePointer<UInt64>, _ other: inout UnsafeMutablePointer<UInt64>,
        count: Int, from firstBit: Int, to lastBit: Int
    ) {
        guard lastBit > firstBit else { return }
        let passes = max(1, (lastBit - firstBit + 10) / 11)
        let digitBits = (lastBit - firstBit + passes - 1) / passes
        let size = 1 << digitBits
        let mask = UInt64(size - 1)
        let counts = UnsafeMutablePointer<Int>.allocate(capacity: size * passes)
        defer { counts.deallocate() }
        counts.initialize(repeating: 0, count: size * passes)
        var index = 0
        while index < count {
            var rest = items[index] &>> UInt64(firstBit)
            var pass = 0
            while pass < passes {
                counts[pass &* size &+ Int(truncatingIfNeeded: rest & mask)] &+= 1
                rest &>>= UInt64(digitBits)
                pass &+= 1
            }
            index &+= 1
        }
        for pass in 0..<passes {
            let places = counts + pass * size
            let shift = UInt64(firstBit + pass * digitBits)
            var total = 0
            var isOneDigit = false
            for digit in 0..<size {
                let here = places[digit]
                isOneDigit = isOneDigit || here == count
                places[digit] = total
                total += here
            }
            if isOneDigit { continue }
            index = 0
            while index < count {
                let item = items[index]
                let digit = Int(truncatingIfNeeded: item &>> shift & mask)
                other[places[digit]] = item
                places[digit] &+= 1
                index &+= 1
            }
            swap(&items, &other)
        }
    }
}
