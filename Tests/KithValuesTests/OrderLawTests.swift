import KithValues
import Testing

@Suite("Order laws")
struct OrderLawTests {
    /// Printed with each failure, so that it can be repeated.
    static let seeds: [UInt64] = [1, 2, 3, 20_260_801]

    private static func values(_ seed: UInt64, _ count: Int) -> [Value] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Value.random(using: &generator) }
    }

    private static func sign(_ number: Int) -> Int { number.signum() }

    @Test(
        "the order is total: antisymmetric, transitive, and zero exactly for equivalents",
        arguments: seeds)
    func isTotal(seed: UInt64) {
        let values = Self.values(seed, 90)
        for left in values {
            #expect(Value.orderCompare(left, left) == 0, "seed \(seed): \(left)")
            for right in values {
                let order = Value.orderCompare(left, right)
                #expect(
                    order.signum() == -Value.orderCompare(right, left).signum(),
                    "seed \(seed): \(left) \(right)")
                #expect(
                    (order == 0) == Value.isEquivalent(left, right),
                    "seed \(seed): \(left) \(right)")
                guard order <= 0 else { continue }
                for third in values where Value.orderCompare(right, third) <= 0 {
                    #expect(
                        Value.orderCompare(left, third) <= 0,
                        "seed \(seed): \(left) \(right) \(third)")
                }
            }
        }
    }

    @Test("equivalent values have equal hashes", arguments: seeds)
    func hashesAgree(seed: UInt64) {
        let values = Self.values(seed, 300)
        for left in values {
            for right in values where Value.isEquivalent(left, right) {
                #expect(
                    GroupingKey(left).hashValue == GroupingKey(right).hashValue,
                    "seed \(seed): \(left) \(right)")
            }
        }
    }

    @Test("`=`, `<` and the total order agree where `=` and `<` are known", arguments: seeds)
    func comparisonAgrees(seed: UInt64) {
        let values = Self.values(seed, 250)
        for left in values {
            for right in values {
                let equality = Value.cypherEquals(left, right)
                if equality == .yes {
                    #expect(Value.isEquivalent(left, right), "seed \(seed): \(left) \(right)")
                }
                switch Value.cypherCompare(left, right) {
                case .less:
                    #expect(equality != .yes, "seed \(seed): \(left) \(right)")
                    #expect(
                        Value.orderCompare(left, right) < 0, "seed \(seed): \(left) \(right)")
                case .equal:
                    #expect(equality == .yes, "seed \(seed): \(left) \(right)")
                case .greater:
                    #expect(
                        Value.orderCompare(left, right) > 0, "seed \(seed): \(left) \(right)")
                case .unordered: #expect(equality == .no, "seed \(seed): \(left) \(right)")
                case .incomparable: break
                }
            }
        }
    }

    @Test("the bytes of keys have the order of the values", arguments: seeds)
    func keysAgree(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<400).map { _ in
            Value.random(using: &generator, allowsEntities: false)
        }
        let keys = values.map { value in
            var key: [UInt8] = []
            #expect(value.appendOrderedKey(to: &key))
            return key
        }
        for left in values.indices {
            for right in values.indices {
                let order = Value.orderCompare(values[left], values[right]).signum()
                let isLess = keys[left].lexicographicallyPrecedes(keys[right])
                let isGreater = keys[right].lexicographicallyPrecedes(keys[left])
                let keyOrder = isLess ? -1 : isGreater ? 1 : 0
                if order != keyOrder {
                    Issue.record("seed \(seed): \(values[left]) \(values[right])")
                }
                if left != right && keys[left] != keys[right] && isLess {
                    // No key is the beginning of another, so composite keys keep the order.
                    #expect(!keys[right].starts(with: keys[left]), "\(values[left])")
                }
            }
        }
    }

    @Test("keys read back as equivalent values", arguments: seeds)
    func keysReadBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let value = Value.random(using: &generator, allowsEntities: false)
            var key: [UInt8] = []
            value.appendOrderedKey(to: &key)
            var offset = 0
            let back = try Value.decodeOrderedKey(key, at: &offset)
            #expect(offset == key.count)
            #expect(Value.isEquivalent(value, back), "seed \(seed): \(value) \(back)")
        }
    }

    @Test("entities, paths and maps have no key, nor do lists that hold them")
    func someHaveNoKey() {
        var key: [UInt8] = [7]
        let node = Value.node(NodeID(rawValue: 1))
        for value in [node, .map(ValueMap()), .list([.integer(1), node])] {
            #expect(!value.appendOrderedKey(to: &key))
            #expect(key == [7])
        }
    }

    @Test("1 and 1.0 have one key, as have 0.0 and -0.0")
    func equalNumbersShareKeys() {
        func key(_ value: Value) -> [UInt8] {
            var bytes: [UInt8] = []
            value.appendOrderedKey(to: &bytes)
            return bytes
        }
        #expect(key(.integer(1)) == key(.float(1)))
        #expect(key(.float(-0.0)) == key(.integer(0)))
        #expect(key(.integer(1 << 60)) == key(.float(0x1p60)))
        #expect(key(.integer(.max)) != key(.float(0x1p63)))
    }

    @Test("kinds sort as openCypher says")
    func kindsSort() {
        let ascending: [Value] = [
            .map(ValueMap([("a", .string("map"))])), .node(NodeID(rawValue: 9)),
            .relationship(RelationshipID(rawValue: 1)), .list([.string("list")]),
            .path(PathValue(nodes: [NodeID(rawValue: 1)], relationships: [])), .string("text"),
            .boolean(false), .float(1.5), .float(.nan), .null,
        ]
        for (left, right) in zip(ascending, ascending.dropFirst()) {
            #expect(Value.orderCompare(left, right) < 0)
        }
    }

    @Test("lists sort by their elements, null last")
    func listsSort() {
        let ascending: [[Value]] = [
            [], [.string("a")], [.string("a"), .integer(1)], [.integer(1)],
            [.integer(1), .string("a")], [.integer(1), .null], [.null, .integer(1)],
            [.null, .integer(2)],
        ]
        for (left, right) in zip(ascending, ascending.dropFirst()) {
            #expect(Value.orderCompare(.list(left), .list(right)) < 0)
        }
    }
}
