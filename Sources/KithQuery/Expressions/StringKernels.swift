import CShims
import Glibc
import KithValues

/// Tests of whole vectors of strings.
enum StringKernels {
    /// STARTS WITH, ENDS WITH and CONTAINS, row by row over bytes.
    static func test(_ predicate: BinaryOperator, _ left: Vector, _ right: Vector) -> Vector {
        if predicate == .contains, let codes = searchBlock(left, right) {
            return TruthVector.vector(codes)
        }
        return testRows(predicate, left, right)
    }

    /// CONTAINS where the strings lie one after the other in memory, as a column's do, and all are
    /// searched for one text: one search through all of their bytes. nil elsewhere.
    private static func searchBlock(_ left: Vector, _ right: Vector) -> [UInt8]? {
        guard right.isConstant, !right.isNull(0), !left.isConstant, left.validity == nil,
            left.count > 0
        else { return nil }
        let pattern = right.strings[0]
        guard pattern.count > 0 else { return nil }
        let strings = left.strings
        let count = left.count
        for row in 1..<max(count, 1)
        where strings[row].start != strings[row &- 1].start + strings[row &- 1].count {
            return nil
        }
        return [UInt8](unsafeUninitializedCapacity: count) { codes, initialized in
            codes.initialize(repeating: 0)
            initialized = count
            let end = strings[count - 1].start + strings[count - 1].count
            var position = strings[0].start
            var row = 0
            while true {
                let offset = kith_find_bytes(
                    position, end - position, pattern.start, pattern.count)
                if offset < 0 { return }
                position += offset
                while strings[row].start + strings[row].count <= position { row &+= 1 }
                let rowEnd = strings[row].start + strings[row].count
                if position + pattern.count <= rowEnd {
                    codes[row] = 1
                    position = rowEnd
                } else {
                    // A find across the end of a string.
                    position += 1
                }
            }
        }
    }

    /// The plain form.
    static func testRows(_ predicate: BinaryOperator, _ left: Vector, _ right: Vector) -> Vector {
        var codes = [UInt8](repeating: 0, count: left.count)
        for row in 0..<left.count {
            if left.isNull(row) || right.isNull(row) {
                codes[row] = 2
                continue
            }
            let text = left.strings[left.position(row)]
            let pattern = right.strings[right.position(row)]
            codes[row] = holds(predicate, text, pattern) ? 1 : 0
        }
        return TruthVector.vector(codes)
    }

    private static func holds(
        _ predicate: BinaryOperator, _ text: StringView, _ pattern: StringView
    ) -> Bool {
        guard pattern.count <= text.count else { return false }
        if pattern.count == 0 { return true }
        switch predicate {
        case .startsWith: return memcmp(text.start, pattern.start, pattern.count) == 0
        case .endsWith:
            let end = text.start + (text.count - pattern.count)
            return memcmp(end, pattern.start, pattern.count) == 0
        default:
            return kith_find_bytes(text.start, text.count, pattern.start, pattern.count) >= 0
        }
    }
}
