import KithValues

/// `x IN list` of many integers and one list.
enum MembershipKernel {
    /// Elements within so many numbers of each other are looked up in bits.
    private static let bitsMax = 1 << 16

    /// The truth codes; nil unless the left side are integers and the right one list of integers.
    static func codes(_ left: Vector, _ right: Vector) -> [UInt8]? {
        guard left.layout == .integer, right.isConstant, right.count > 0,
            case .list(let elements) = right.value(at: 0)
        else { return nil }
        var numbers: [Int64] = []
        numbers.reserveCapacity(elements.count)
        var hasNull = false
        for element in elements {
            switch element {
            case .integer(let number): numbers.append(number)
            case .null: hasNull = true
            default: return nil
            }
        }
        // Nothing is in an empty list, not even null.
        if elements.isEmpty { return [UInt8](repeating: 0, count: left.count) }
        let missing: UInt8 = hasNull ? 2 : 0
        if let bits = NumberBits(numbers, most: bitsMax) {
            return codes(left, missing: missing) { bits.contains($0) }
        }
        let set = Set(numbers)
        return codes(left, missing: missing) { set.contains($0) }
    }

    @inline(__always)
    private static func codes(
        _ left: Vector, missing: UInt8, _ contains: (Int64) -> Bool
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: left.count) { codes, initialized in
            initialized = left.count
            let (numbers, mask) = (left.integers, left.positionMask)
            for row in 0..<left.count {
                codes[row] = contains(numbers[row & mask]) ? 1 : missing
            }
            guard let validity = left.validity else { return }
            for row in 0..<left.count where validity[row & mask] == 0 { codes[row] = 2 }
        }
    }
}

/// A set of numbers that are close to each other: a bit for each from the least on.
private struct NumberBits {
    private let least: Int64
    private let words: [UInt64]

    /// nil where the numbers take more than `most` bits.
    init?(_ numbers: [Int64], most: Int) {
        guard let least = numbers.min(), let greatest = numbers.max() else {
            self.least = 0
            words = []
            return
        }
        let (range, overflow) = greatest.subtractingReportingOverflow(least)
        guard !overflow, range < most else { return nil }
        var words = [UInt64](repeating: 0, count: Int(range) / 64 + 1)
        for number in numbers {
            let place = Int(number - least)
            words[place / 64] |= 1 << UInt64(place % 64)
        }
        self.least = least
        self.words = words
    }

    @inline(__always)
    func contains(_ number: Int64) -> Bool {
        let place = UInt64(bitPattern: number &- least)
        guard place &>> 6 < UInt64(words.count) else { return false }
        return words[Int(truncatingIfNeeded: place &>> 6)] &>> (place & 63) & 1 != 0
    }
}
