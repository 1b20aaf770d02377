/// A set of Unicode scalars, as a class of a regular expression names it.
indirect enum ScalarSet: Sendable {
    /// The scalars of any of the ranges.
    case ranges([ClosedRange<UInt32>])
    /// The scalars with a property.
    case property(@Sendable (Unicode.Scalar) -> Bool)
    /// Those of any set.
    case union([ScalarSet])
    /// Those of both sets.
    case intersection(ScalarSet, ScalarSet)
    /// Those that are not in the set.
    case complement(ScalarSet)
    /// Those of which some form in upper or lower case is in the set.
    case ignoringCase(ScalarSet)

    func contains(_ scalar: UInt32) -> Bool {
        switch self {
        case .ranges(let ranges): return ranges.contains { $0.contains(scalar) }
        case .property(let has):
            guard let known = Unicode.Scalar(scalar) else { return false }
            return has(known)
        case .union(let sets): return sets.contains { $0.contains(scalar) }
        case .intersection(let left, let right):
            return left.contains(scalar) && right.contains(scalar)
        case .complement(let set): return !set.contains(scalar)
        case .ignoringCase(let set):
            if set.contains(scalar) { return true }
            let folded = CaseMapping.folded(scalar)
            if set.contains(folded) { return true }
            guard let known = Unicode.Scalar(folded) else { return false }
            let upper = known.properties.uppercaseMapping.unicodeScalars
            guard let first = upper.first, upper.count == 1 else { return false }
            return set.contains(first.value)
        }
    }
}

extension ScalarSet {
    static let digits = ScalarSet.ranges([0x30...0x39])
    static let letters = ScalarSet.ranges([0x41...0x5A, 0x61...0x7A])
    static let words = ScalarSet.ranges([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let spaces = ScalarSet.ranges([0x09...0x0D, 0x20...0x20])
    static let horizontalSpaces = ScalarSet.ranges([
        0x09...0x09, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x180E...0x180E,
        0x2000...0x200A, 0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
    ])
    static let verticalSpaces = ScalarSet.ranges([0x0A...0x0D, 0x85...0x85, 0x2028...0x2029])

    static let unicodeDigits = ScalarSet.property {
        $0.properties.generalCategory == .decimalNumber
    }
    static let unicodeWords = ScalarSet.property { scalar in
        if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark, .decimalNumber, .connectorPunctuation:
            return true
        default: return false
        }
    }
    static let unicodeSpaces = ScalarSet.property { $0.properties.isWhitespace }
}

/// A set with its ASCII part as bits, which is what most texts need.
struct IndexedScalarSet: Sendable {
    private let low: UInt64
    private let high: UInt64
    private let set: ScalarSet

    init(_ set: ScalarSet) {
        self.set = set
        var low: UInt64 = 0
        var high: UInt64 = 0
        for scalar in 0..<64 as Range<UInt32> {
            if set.contains(scalar) { low |= 1 << UInt64(scalar) }
            if set.contains(scalar + 64) { high |= 1 << UInt64(scalar) }
        }
        self.low = low
        self.high = high
    }

    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return low >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return high >> UInt64(scalar - 64) & 1 == 1 }
        return set.contains(scalar)
    }
}
