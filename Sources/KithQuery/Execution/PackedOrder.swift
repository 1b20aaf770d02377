import KithValues

/// The order of many rows by keys of few different values, each row's keys packed into one number.
///
/// An integer becomes its distance from the least, a text its place among the different texts, null what
/// is greater than both; a key that descends is turned round. So rows compare by one number, and are put
/// in order by some of its bits at a time, without comparing any two.
struct PackedOrder {
    /// The packed keys of each row, of which only the lowest ``bitCount`` bits are in use.
    private var codes: [UInt64]
    private var bitCount = 0

    /// Fewer rows are compared sooner.
    private static let rowsMin = 256
    /// So many bits at a time; more in all take longer than comparing.
    private static let digitBits = 11
    private static let bitsMax = 44

    /// nil where the keys are of other kinds, or differ too much.
    init?(_ vectors: [Vector], descending: [Bool], count: Int) {
        guard count >= Self.rowsMin, !vectors.isEmpty else { return nil }
        codes = [UInt64](repeating: 0, count: count)
        // The last key has the lowest bits.
        for (vector, isDescending) in zip(vectors, descending).reversed() {
            guard !vector.isConstant else { continue }
            let isAdded =
                switch vector.layout {
                case .integer, .date: addIntegers(vector, isDescending)
                case .string: addTexts(vector, isDescending)
                default: false
                }
            guard isAdded else { return nil }
        }
    }

    private mutating func addIntegers(_ vector: Vector, _ isDescending: Bool) -> Bool {
        let numbers = vector.integers
        var (least, greatest) = (Int64.max, Int64.min)
        for row in 0..<vector.count where !vector.isNull(row) {
            least = min(least, numbers[row])
            greatest = max(greatest, numbers[row])
        }
        guard least <= greatest else { return true }
        let (span, overflow) = greatest.subtractingReportingOverflow(least)
        guard !overflow, span < 1 << Int64(Self.bitsMax) else { return false }
        // One more for null.
        let last = UInt64(span) + (vector.validity == nil ? 0 : 1)
        return add(vector, last, isDescending) { row in UInt64(numbers[row] &- least) }
    }

    private mutating func addTexts(_ vector: Vector, _ isDescending: Bool) -> Bool {
        let dictionary = StringDictionary()
        let numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: vector.count)
        defer { numbers.deallocate() }
        for row in 0..<vector.count where !vector.isNull(row) {
            numbers[row] = dictionary.number(of: vector.strings[row])
            if dictionary.isFull { return false }
        }
        let sorted = (1..<max(dictionary.end, 1)).sorted {
            StringView.compare(dictionary[$0], dictionary[$1]) < 0
        }
        var places = [UInt64](repeating: 0, count: dictionary.end)
        for (place, number) in sorted.enumerated() { places[number] = UInt64(place) }
        let last = UInt64(sorted.count) - (vector.validity == nil && !sorted.isEmpty ? 1 : 0)
        return add(vector, last, isDescending) { row in places[Int(numbers[row])] }
    }

    /// Adds a key above those there are, whose codes are up to `last`, which null has where there is one.
    @inline(__always)
    private mutating func add(
        _ vector: Vector, _ last: UInt64, _ isDescending: Bool, _ code: (Int) -> UInt64
    ) -> Bool {
        let width = UInt64.bitWidth - last.leadingZeroBitCount
        guard bitCount + width <= Self.bitsMax else { return false }
        for row in codes.indices {
            let own = vector.isNull(row) ? last : code(row)
            codes[row] |= (isDescending ? last &- own : own) &<< UInt64(bitCount)
        }
        bitCount += width
        return true
    }

    /// The numbers of the rows in order; rows with equal keys in their own.
    func sortedRows() -> [Int32] {
        var rows = (0..<Int32(codes.count)).map { $0 }
        var moved = rows
        var shift = 0
        while shift < bitCount {
            pass(rows, into: &moved, shift)
            swap(&rows, &moved)
            shift += Self.digitBits
        }
        return rows
    }

    /// Puts rows in the order of some of their bits.
    private func pass(_ rows: [Int32], into moved: inout [Int32], _ shift: Int) {
        let mask = UInt64(1) &<< UInt64(Self.digitBits) &- 1
        var ends = [Int32](repeating: 0, count: Int(mask) + 2)
        for code in codes { ends[Int((code &>> UInt64(shift)) & mask) + 1] &+= 1 }
        for digit in 1..<ends.count { ends[digit] &+= ends[digit - 1] }
        for row in rows {
            let digit = Int((codes[Int(row)] &>> UInt64(shift)) & mask)
            moved[Int(ends[digit])] = row
            ends[digit] &+= 1
        }
    }
}
