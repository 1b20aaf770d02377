/// Sorts edges by their two ends in linear time.
enum EdgeSort {
    private struct Item {
        var key: UInt64
        var row: UInt32
    }

    /// The rows of edges in the order of (first, second); equal ones stay in the order of rows.
    static func order(
        first: UnsafePointer<UInt64>, second: UnsafePointer<UInt64>, count: Int
    ) -> [UInt32] {
        guard count > 1 else { return count == 1 ? [0] : [] }
        let (firstLow, firstBits) = range(first, count)
        let (secondLow, secondBits) = range(second, count)
        guard firstBits + secondBits <= 64 else {
            return (0..<UInt32(count)).sorted { left, right in
                let (a, b) = (Int(left), Int(right))
                return (first[a], second[a], left) < (first[b], second[b], right)
            }
        }
        var items = UnsafeMutablePointer<Item>.allocate(capacity: count)
        var other = UnsafeMutablePointer<Item>.allocate(capacity: count)
        defer {
            items.deallocate()
            other.deallocate()
        }
        var isSorted = true
        var previous: UInt64 = 0
        for row in 0..<count {
            let high = secondBits == 64 ? 0 : (first[row] &- firstLow) &<< UInt64(secondBits)
            let key = high | (second[row] &- secondLow)
            items[row] = Item(key: key, row: UInt32(truncatingIfNeeded: row))
            isSorted = isSorted && key >= previous
            previous = key
        }
        if !isSorted { radixSort(&items, &other, count: count, bits: firstBits + secondBits) }
        return [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count { buffer[index] = items[index].row }
            initialized = count
        }
    }

    private static func range(_ values: UnsafePointer<UInt64>, _ count: Int) -> (UInt64, Int) {
        var low = values[0]
        var high = values[0]
        for index in 1..<count {
            low = min(low, values[index])
            high = max(high, values[index])
        }
        return (low, 64 - (high - low).leadingZeroBitCount)
    }

    private static func radixSort(
        _ items: inout UnsafeMutablePointer<Item>, _ other: inout UnsafeMutablePointer<Item>,
        count: Int, bits: Int
    ) {
        let digitBits = 11
        let size = 1 << digitBits
        let counts = UnsafeMutablePointer<Int>.allocate(capacity: size)
        defer { counts.deallocate() }
        for shift in stride(from: 0, to: bits, by: digitBits) {
            counts.update(repeating: 0, count: size)
            let mask = UInt64(size - 1)
            var index = 0
            while index < count {
                counts[Int(truncatingIfNeeded: items[index].key &>> UInt64(shift) & mask)] &+= 1
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
                let digit = Int(truncatingIfNeeded: item.key &>> UInt64(shift) & mask)
                other[counts[digit]] = item
                counts[digit] &+= 1
                index &+= 1
            }
            swap(&items, &other)
        }
    }
}
