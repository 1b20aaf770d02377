import CShims
import Glibc
import KithValues

/// Tests of whole vectors of strings.
enum StringKernels {
    /// STARTS WITH, ENDS WITH and CONTAINS, row by row over bytes.
    static func test(_ predicate: BinaryOperator, _ left: Vector, _ right: Vector) -> Vector {
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
