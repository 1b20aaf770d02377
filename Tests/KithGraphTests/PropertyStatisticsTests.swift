import KithValues
import Testing

@testable import KithGraph

/// What a sample tells of the values of a property.
struct PropertyStatisticsTests {
    @Test("knows values exactly where it has seen all of them")
    func exact() {
        let values: [Value] =
            Array(repeating: .string("a"), count: 60) + Array(repeating: .string("b"), count: 30)
            + [.string("c")] + Array(repeating: .null, count: 9)
        let known = PropertyStatistics(sample: values, rowCount: 100)
        #expect(known.nullShare == 0.09)
        #expect(known.distinctCount == 3)
        #expect(known.share(equalTo: .string("a")) == 0.6)
        #expect(abs(known.share(equalTo: .string("c")) - 0.01) < 1e-9)
        #expect(known.share(equalTo: .string("d")) == 0)
        #expect(abs(known.shareOfAnyValue - 0.91 / 3) < 1e-9)
        #expect(known.share { $0.isNull } == 0)
    }

    @Test("tells keys from categories", arguments: [1, 7, 100, 5_000, 90_000])
    func distinct(different: Int) {
        let rows = 100_000
        var state: UInt64 = 7
        let sample = (0..<4_096).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Value.integer(Int64((state >> 33) % UInt64(different)))
        }
        let known = PropertyStatistics(sample: sample, rowCount: rows)
        let ratio = known.distinctCount / Double(different)
        #expect(ratio > 0.5 && ratio < 2, "\(known.distinctCount) for \(different)")
    }

    @Test("keeps shares of ranges, whatever is frequent")
    func ranges() {
        // Half of the rows have one value, the others are spread.
        let sample = (0..<4_096).map { index in
            Value.integer(index % 2 == 0 ? 500 : Int64(index * 7_919 % 100_003))
        }
        let known = PropertyStatistics(sample: sample, rowCount: 1_000_000)
        #expect(known.entries.count <= 1_100)
        #expect(abs(known.share(equalTo: .integer(500)) - 0.5) < 0.01)
        for bound in stride(from: 1_000, through: 100_000, by: 9_000) {
            let actual =
                Double(sample.count { Value.isLess($0, .integer(Int64(bound))) == .yes })
                / Double(sample.count)
            let share = known.share { Value.isLess($0, .integer(Int64(bound))) == .yes }
            #expect(abs(share - actual) < 0.02, "\(share) for \(actual) below \(bound)")
        }
        #expect(abs(known.entries.reduce(0) { $0 + $1.share } - 1) < 1e-6)
    }

    @Test("takes the same sample of the same graph, and another when much has changed")
    func samples() throws {
        let store = try GraphStore.inMemory()
        func add(_ range: Range<Int>, age: (Int) -> Int) throws {
            let writer = try store.beginWrite()
            try writer.beginStatement()
            let label = try writer.label("Person")
            let key = try writer.propertyKey("age")
            for number in range {
                _ = try writer.createNode(
                    labels: [label], properties: [(key, .integer(Int64(age(number))))])
            }
            try writer.endStatement()
            try writer.commit()
        }
        try add(0..<3_000) { $0 % 50 }
        let first = try #require(try statistics(store))
        #expect(first.rowCount == 3_000)
        #expect(first.distinctCount == 50)
        #expect(abs(first.share(equalTo: .integer(7)) - 0.02) < 0.005)
        // A few more nodes: what is known is good enough.
        try add(3_000..<3_100) { $0 }
        #expect(try statistics(store)?.rowCount == 3_000)
        // As many again: it is sampled anew.
        try add(3_100..<6_000) { $0 }
        let second = try #require(try statistics(store))
        #expect(second.rowCount == 6_000)
        #expect(second.distinctCount > 1_000)
    }

    private func statistics(_ store: GraphStore) throws -> PropertyStatistics? {
        let reader = try store.beginRead()
        defer { reader.close() }
        guard let label = reader.catalog.label("Person"),
            let key = reader.catalog.propertyKey("age")
        else { return nil }
        return try reader.propertyStatistics(of: key, label: label)
    }
}
