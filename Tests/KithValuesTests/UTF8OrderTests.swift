import KithTestSupport
import KithValues
import Testing

@Suite("Strings by their bytes")
struct UTF8OrderTests {
    /// Pieces that are alike in one way and different in another: by case, by a zero, by how an accent is
    /// written, by their length around what a string holds in itself.
    private static let pieces = [
        "", "a", "b", "A", "\0", "é", "e\u{301}", "س", "سلام", "😀", "fifteen letters", "1234567",
    ]

    /// A string made in one of the ways that give it another layout.
    private static func string(_ bytes: [UInt8], _ way: Int) -> String {
        let plain = String(decoding: bytes, as: UTF8.self)
        switch way {
        case 0: return plain
        case 1:
            return String((plain + " and more, so that it lies in memory").utf8.prefix(bytes.count))
                ?? ""
        case 2:
            var grown = "something long enough to lie in memory"
            grown.removeAll(keepingCapacity: true)
            grown += plain
            return grown
        default: return String(Substring("x" + plain).dropFirst())
        }
    }

    @Test("equality and order are those of the bytes, however a string came to be")
    func isByBytes() {
        var generator = SeededGenerator(seed: 20_261_129)
        for round in 0..<20_000 {
            let texts = (0..<2).map { _ in
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    Self.pieces.randomElement(using: &generator) ?? ""
                }.joined()
            }
            let bytes = [Array(texts[0].utf8), Array(texts[round % 3 == 0 ? 0 : 1].utf8)]
            let left = Self.string(bytes[0], Int.random(in: 0..<4, using: &generator))
            let right = Self.string(bytes[1], Int.random(in: 0..<4, using: &generator))
            #expect(UTF8Order.areEqual(left, right) == (bytes[0] == bytes[1]), "\(bytes)")
            let order = UTF8Order.compare(left, right)
            #expect((order < 0) == bytes[0].lexicographicallyPrecedes(bytes[1]), "\(bytes)")
            #expect((order == 0) == (bytes[0] == bytes[1]), "\(bytes)")
        }
    }

    @Test("of pairs with the same key the later value stays, at the place of the first")
    func mapOfPairs() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let pairs = (0..<Int.random(in: 0...40, using: &generator)).map { index in
                ("k\(Int.random(in: 0..<60, using: &generator))", Value.integer(Int64(index)))
            }
            var expected = ValueMap()
            for (key, value) in pairs { expected[key] = value }
            let map = ValueMap(pairs)
            #expect(map.keys == expected.keys)
            #expect(Value.orderCompare(.map(map), .map(expected)) == 0)
            #expect(map["none"] == nil)
        }
    }
}
