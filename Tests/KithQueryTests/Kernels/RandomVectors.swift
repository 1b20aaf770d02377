import KithTestSupport
import KithValues

@testable import KithQuery

/// Random vectors of every layout, for comparing kernels with the plain form.
enum RandomVectors {
    /// What the values of a vector are drawn from.
    enum Kind: CaseIterable {
        case smallIntegers, wideIntegers, hugeIntegers, floats, wholeFloats, booleans, strings
        case dates, nodes, nulls, mixed
    }

    static func value(_ kind: Kind, using generator: inout SeededGenerator) -> Value {
        switch kind {
        case .smallIntegers: .integer(Int64.random(in: -3...3, using: &generator))
        case .wideIntegers: .integer(Int64.random(in: -100_000...100_000, using: &generator))
        case .hugeIntegers:
            .integer(
                [Int64.max, .min, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1, 0]
                    .randomElement(using: &generator) ?? 0)
        case .floats:
            .float(
                [Double.nan, .infinity, -0.0, 0.0, 0.5, -1.5, 9_007_199_254_740_992]
                    .randomElement(using: &generator) ?? 0)
        case .wholeFloats: .float(Double(Int.random(in: -3...3, using: &generator)))
        case .booleans: .boolean(Bool.random(using: &generator))
        case .strings:
            .string(
                ["", "a", "ab", "aba", "ä", "abcdefghijklmnop"].randomElement(using: &generator)
                    ?? "")
        case .dates:
            .date(CalendarDate(daysSinceEpoch: Int64.random(in: -2...2, using: &generator)))
        case .nodes: .node(NodeID(rawValue: UInt64.random(in: 0...5_000, using: &generator)))
        case .nulls: .null
        case .mixed:
            value(
                Kind.allCases.filter { $0 != .mixed }.randomElement(using: &generator) ?? .nulls,
                using: &generator)
        }
    }

    static func values(
        _ kind: Kind, count: Int, hasNulls: Bool, using generator: inout SeededGenerator
    ) -> [Value] {
        (0..<count).map { _ in
            if hasNulls, Int.random(in: 0..<4, using: &generator) == 0 { return .null }
            return value(kind, using: &generator)
        }
    }

    /// A vector of random values; sometimes a constant one.
    static func vector(
        _ kind: Kind, count: Int, using generator: inout SeededGenerator
    ) -> Vector {
        let hasNulls = Bool.random(using: &generator)
        if Int.random(in: 0..<5, using: &generator) == 0 {
            let values = values(kind, count: 1, hasNulls: hasNulls, using: &generator)
            return .constant(values[0], count: count)
        }
        return .of(values(kind, count: count, hasNulls: hasNulls, using: &generator))
    }

    static func kind(using generator: inout SeededGenerator) -> Kind {
        Kind.allCases.randomElement(using: &generator) ?? .mixed
    }
}
