import KithValues
import Testing

@Suite("Stored values")
struct StoredValueTests {
    @Test("what is stored reads back identical", arguments: [11, 12, 13] as [UInt64])
    func readsBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            let value = Value.random(using: &generator, depth: 3)
            var bytes: [UInt8] = []
            value.appendStored(to: &bytes)
            let back = try Value.decodeStored(bytes)
            #expect(Value.isIdentical(value, back), "seed \(seed): \(value)")
        }
    }

    @Test("changed and cut bytes give a value or an error, never a trap")
    func survivesCorruption() {
        var generator = SeededGenerator(seed: 99)
        var refused = 0
        for _ in 0..<20_000 {
            let value = Value.random(using: &generator, depth: 3)
            var bytes: [UInt8] = []
            value.appendStored(to: &bytes)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
            case 1:
                bytes[Int.random(in: bytes.indices, using: &generator)] =
                    .random(in: 0...255, using: &generator)
            default:
                bytes = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                    .random(in: 0...255, using: &generator)
                }
            }
            do {
                _ = try Value.decodeStored(bytes)
            } catch {
                refused += 1
            }
            var offset = 0
            _ = try? Value.decodeOrderedKey(bytes, at: &offset)
        }
        #expect(refused > 1_000)
    }

    @Test("nesting as deep as the limit reads back, one deeper is refused")
    func nestingIsBounded() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8]([[UInt8]](repeating: [6, 1], count: depth).joined()) + [0]
        }
        _ = try Value.decodeStored(nested(ValueLimits.nestingDepthMax))
        #expect(throws: ValueError.self) {
            try Value.decodeStored(nested(ValueLimits.nestingDepthMax + 1))
        }
    }

    @Test("the stored form never changes")
    func formIsPinned() {
        func bytes(_ value: Value) -> [UInt8] {
            var bytes: [UInt8] = []
            value.appendStored(to: &bytes)
            return bytes
        }
        #expect(bytes(.null) == [0])
        #expect(bytes(.boolean(true)) == [2])
        #expect(bytes(.integer(-65)) == [3, 0x81, 1])
        #expect(bytes(.float(1)) == [4, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
        #expect(bytes(.string("é")) == [5, 2, 0xC3, 0xA9])
        #expect(bytes(.list([.integer(0), .null])) == [6, 2, 3, 0, 0])
        #expect(bytes(.map(ValueMap([("k", .boolean(false))]))) == [7, 1, 1, 0x6B, 1])
        #expect(bytes(.date(CalendarDate(daysSinceEpoch: 3))) == [11, 6])
        guard let euro = Currency("EUR") else { return }
        #expect(
            bytes(.money(Money(parts: 2, currency: euro)))
                == [18, UInt8(euro.number & 255), UInt8(euro.number >> 8), 4])
        #expect(euro.number == 4 * 676 + 20 * 26 + 17)
    }
}
