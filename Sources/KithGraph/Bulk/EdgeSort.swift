/// Sorts edges by their two ends in linear time.
enum EdgeSort {
    /// The rows of edges in the order of (first, second); equal ones stay in the order of rows.
    static func order(
        first: UnsafePointer<UInt64>, second: UnsafePointer<UInt64>, count: Int
    ) -> [UInt32] {
        guard count > 1 else { return count == 1 ? [0] : [] }
        let (firstLow, firstBits) = range(first, count)
        let (secondLow, secondBits) = range(second, count)
        let rowBits = 64 - UInt64(count - 1).leadingZeroBitCount
        guard firstBits + secondBits + rowBits <= 64 else {
            return (0..<UInt32(count)).sorted { left, right in
                let (a, b) = (Int(left), Int(right))
                return (first[a], second[a], left) < (first[b], second[b], right)
            }
        }
        // Both ends and the row fit in one word: only the ends' digits need sorting.
        var items = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        var other = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        defer {
            items.deallocate()
            other.deallocate()
        }
        let firstShift = UInt64(secondBits + rowBits)
        var isSorted = true
        var previous: UInt64 = 0
        var row = 0
        while row < count {
            let high = firstShift >= 64 ? 0 : (first[row] &- firstLow) &<< firstShift
            let middle = rowBits >= 64 ? 0 : (second[row] &- secondLow) &<< UInt64(rowBits)
            let item = high | middle | UInt64(truncatingIfNeeded: row)
            items[row] = item
            isSorted = isSorted && item >= previous
            previous = item
            row &+= 1
        }
        if !isSorted {
            radixSort(
                &items, &other, count: count, from: rowBits, to: rowBits + firstBits + secondBits)
        }
        let mask = (1 &<< UInt64(rowBits)) &- 1 as UInt64
        return [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            var index = 0
            while index < count {
                buffer[index] = UInt32(truncatingIfNeeded: items[index] & mask)
                index &+= 1
            }
            initialized = count
        }
    }

    private static func range(_ values: UnsafePointer<UInt64>, _ count: Int) -> (UInt64, Int) {
        var low = values[0]
        var high = values[0]
        var index = 1
        while index < count {
            low = min(low, values[index])
            high = max(high, values[index])
            index &+= 1
        }
        return (low, 64 - (high - low).leadingZeroBitCount)
    }

    private static func radixSort(
        _ items: inout UnsafeMutablePointer<UInt64>, _ other: inout UnsafeMutablePointer<UInt64>,
        count: Int, from firstBit: Int, to lastBit: Int
    ) {
        let passes = max(1, (lastBit - firstBit + 10) / 11)
        let digitBits = (lastBit - firstBit + passes - 1) / passes
        let size = 1 << digitBits
        let mask = UInt64(size - 1)
        let counts = UnsafeMutablePointer<Int>.allocate(capacity: size)
        defer { counts.deallocate() }
        for shift in stride(from: firstBit, to: lastBit, by: digitBits) {
            counts.update(repeating: 0, count: size)
            var index = 0
            while index < count {
                counts[Int(truncatingIfNeeded: items[index] &>> UInt64(shift) & mask)] &+= 1
                index &+= 1
            }
            var total = 0
            for digit in 0..<size {
                let here = counts[digit]
                counts[digit] = total
                total += here
            }
            index = 0
            while index < count {
                let item = items[index]
                let digit = Int(truncatingIfNeeded: item &>> UInt64(shift) & mask)
                other[counts[digit]] = item
                counts[digit] &+= 1
                index &+= 1
            }
            swap(&items, &other)
        }
    }
}
