import KithValues

/// `x IN list` of many integers and one list.
enum MembershipKernel {
    /// Up to this many elements are compared one by one.
    private static let comparedMax = 12

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
        let isSmall = numbers.count <= comparedMax
        let set = isSmall ? [] : Set(numbers)
        return [UInt8](unsafeUninitializedCapacity: left.count) { codes, initialized in
            initialized = left.count
            for row in 0..<left.count {
                if left.isNull(row) {
                    codes[row] = 2
                    continue
                }
                let number = left.integers[left.position(row)]
                let isFound = isSmall ? numbers.contains(number) : set.contains(number)
                codes[row] = isFound ? 1 : missing
            }
        }
    }
}
