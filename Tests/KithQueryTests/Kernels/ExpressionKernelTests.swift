import KithLanguage
import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// Kernels over whole vectors against the same operation value by value.
struct ExpressionKernelTests {
    private static let comparisons: [ComparisonOperator] = [
        .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
    ]

    @Test("comparisons of vectors are those of their values", arguments: 0..<80)
    func comparisons(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...100, using: &generator)
        let left = RandomVectors.vector(
            RandomVectors.kind(using: &generator), count: count, using: &generator)
        let right = RandomVectors.vector(
            RandomVectors.kind(using: &generator), count: count, using: &generator)
        for comparison in Self.comparisons {
            #expect(
                ComparisonKernels.compare(left, comparison, right)
                    == ComparisonKernels.values(left, comparison, right),
                "seed \(seed): \(comparison)")
        }
    }

    @Test("CONTAINS over strings that lie together is CONTAINS of each", arguments: 0..<60)
    func contains(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet: [UInt8] = [97, 98, 99]
        func text(_ length: Int) -> [UInt8] {
            (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 97 }
        }
        let arena = StringArena()
        let lengths = (0..<200).map { _ in Int.random(in: 0...30, using: &generator) }
        let all = arena.store(String(decoding: text(lengths.reduce(0, +)), as: UTF8.self))
        let vector = Vector(.string, count: lengths.count, owners: [arena])
        var start = 0
        for (row, length) in lengths.enumerated() {
            vector.strings[row] = StringView(start: all.start + start, count: length)
            start += length
        }
        for length in [1, 2, 3, 5, 17] {
            let pattern = String(decoding: text(length), as: UTF8.self)
            let patterns = Vector.constant(.string(pattern), count: lengths.count)
            let found = StringKernels.test(.contains, vector, patterns)
            let plain = StringKernels.testRows(.contains, vector, patterns)
            for row in lengths.indices {
                let text = vector.strings[row].string
                let expected = Value.boolean(
                    !text.utf8.isEmpty && Self.contains(text, pattern))
                for result in [found, plain] {
                    #expect(
                        Value.isEquivalent(result.value(at: row), expected),
                        "\(text) has \(pattern)")
                }
            }
        }
    }

    /// The plainest form.
    private static func contains(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
        guard pattern.count <= text.count else { return false }
        return (0...text.count - pattern.count).contains { start in
            Array(text[start..<start + pattern.count]) == pattern
        }
    }

    @Test("one of two integers by a condition is what CASE says row by row")
    func chooses() throws {
        let graph = try TestGraph()
        let values: [Value] = [
            .integer(-1), .integer(0), .null, .float(-0.5), .float(.nan), .integer(7),
        ]
        let rows = try graph.rows(
            "UNWIND $values AS x RETURN CASE WHEN x < 0 THEN 1 ELSE 0 END",
            parameters: ["values": .list(values)])
        let expected = [1, 0, 0, 1, 0, 0].map { [Value.integer($0)] }
        #expect("\(rows)" == "\(expected)")
    }

    @Test("the best rows are the first of all rows in order", arguments: 0..<6)
    func bestRows(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let graph = try TestGraph()
        let values = (0..<12_000).map { _ -> Value in
            .integer(Int64.random(in: 0..<3_000, using: &generator))
        }
        let order = Bool.random(using: &generator) ? "DESC" : ""
        let all = try graph.rows(
            "UNWIND $values AS v WITH v, v % 7 AS w RETURN v, w ORDER BY v \(order), w",
            parameters: ["values": .list(values)])
        let best = try graph.rows(
            "UNWIND $values AS v WITH v, v % 7 AS w RETURN v, w ORDER BY v \(order), w LIMIT 25",
            parameters: ["values": .list(values)])
        #expect("\(best)" == "\(Array(all.prefix(25)))", "seed \(seed)")
    }
}

extension ExpressionKernelTests {
    @Test("membership in one list is that of each value", arguments: 0..<40)
    func membership(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 0...30, using: &generator)
        let kind: RandomVectors.Kind = Bool.random(using: &generator) ? .smallIntegers : .mixed
        var elements = RandomVectors.values(
            kind, count: count, hasNulls: Bool.random(using: &generator), using: &generator)
        // Far from the others, or too far to be counted from the least.
        if seed % 4 == 1 { elements.append(.integer(1 << 40)) }
        if seed % 4 == 2 { elements += [.integer(.max), .integer(.min)] }
        let list = Value.list(elements)
        let left = RandomVectors.vector(.smallIntegers, count: 50, using: &generator)
        guard let codes = MembershipKernel.codes(left, .constant(list, count: 50)) else { return }
        let found = TruthVector.vector(codes)
        for row in 0..<50 {
            let expected = try ScalarOperators.isIn(left.value(at: row), list)
            #expect(Value.isEquivalent(found.value(at: row), expected), "seed \(seed)")
        }
    }
}
