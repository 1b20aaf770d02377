import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// Rows ordered by packed keys against rows that are compared.
struct PackedOrderTests {
    private static let kinds: [RandomVectors.Kind] = [
        .smallIntegers, .wideIntegers, .strings, .dates, .nulls, .hugeIntegers, .floats,
    ]

    @Test("rows come in the order that comparing them gives", arguments: 0..<80)
    func agrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed + 400)
        let count = Int.random(in: 256...3_000, using: &generator)
        let keyCount = Int.random(in: 1...4, using: &generator)
        // Most rounds without the last two kinds, of which there are no packed keys.
        let kinds = Self.kinds.dropLast(seed % 4 == 0 ? 0 : 2)
        let vectors = (0..<keyCount).map { _ in
            RandomVectors.vector(
                kinds.randomElement(using: &generator) ?? .nulls, count: count, using: &generator)
        }
        let descending = vectors.map { _ in Bool.random(using: &generator) }
        let order = SortOrder(vectors: vectors, descending: descending)
        let expected = (0..<Int32(count)).sorted { a, b in
            for (vector, isDescending) in zip(vectors, descending) {
                let compared = Value.orderCompare(
                    vector.value(at: Int(a)), vector.value(at: Int(b)))
                if compared != 0 { return (compared < 0) != isDescending }
            }
            return a < b
        }
        #expect(order.sortedRows(count: count, first: .max) == expected)
        #expect(order.sortedRows(count: count, first: count - 1) == Array(expected.dropLast()))
    }

    @Test("keys are packed where their values are few, and not where they are many")
    func packs() {
        let small = Vector.of((0..<1_000).map { .integer($0 % 7 - 3) })
        let wide = Vector.of((0..<1_000).map { .integer($0 << 40) })
        let texts = Vector.of((0..<1_000).map { .string("text \($0 % 40)") })
        let many = Vector.of((0..<6_000).map { .string("text \($0)") })
        func isPacked(_ vectors: [Vector]) -> Bool {
            let count = vectors[0].count
            return PackedOrder(vectors, descending: vectors.map { _ in false }, count: count) != nil
        }
        #expect(isPacked([small, texts]))
        #expect(isPacked([texts, small, texts, small]))
        #expect(!isPacked([small, wide]))
        #expect(!isPacked([many]))
        #expect(!isPacked([Vector.of((0..<1_000).map { .float(Double($0)) })]))
    }
}
