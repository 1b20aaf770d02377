import KithLanguage
import KithTestSupport
import Testing

@testable import KithQuery

struct ProjectedExpressionsTests {
    private func below(_ limit: Int, _ random: inout SplitMix) -> Int {
        Int(random.next() % UInt64(limit))
    }

    /// Expressions that share most of their parts.
    private func expressions(_ random: inout SplitMix, count: Int) throws -> [Expression] {
        let atoms = [
            "n", "m", "1", "2", "0.0", "-0.0", "'a'", "'\u{e9}'", "'e\u{301}'", "$x", "$y", "null",
        ]
        func text(_ depth: Int) -> String {
            func part() -> String { text(depth - 1) }
            guard depth > 0 else { return atoms[below(atoms.count, &random)] }
            switch below(9, &random) {
            case 0: return "\(part()).p\(below(3, &random))"
            case 1: return "(\(part()) + \(part()))"
            case 2: return "(\(part()) - \(part()))"
            case 3: return "[\(part()), \(part())]"
            case 4: return "size(\(part()))"
            case 5: return "sum(DISTINCT \(part()))"
            case 6: return "(\(part()) < \(part()))"
            case 7: return "{a: \(part())}"
            default: return part()
            }
        }
        return try (0..<count).map { _ in
            let statement = try #require(
                try Parser.parse("RETURN \(text(below(5, &random))) AS x").first)
            guard case .query(let query) = statement.kind,
                case .returning(let clause)? = query.branches[0].clauses.last
            else { throw CancellationError() }
            return clause.projection.items[0].expression
        }
    }

    @Test("finds the first equal expression, among few and among many", arguments: 1...8)
    func search(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let added = try expressions(&random, count: seed % 2 == 0 ? 6 : 400)
        let pairs = added.enumerated().map { ($1, VariableID($0)) }
        let found = ProjectedExpressions(pairs)
        for expression in try expressions(&random, count: 400) + added {
            let plain = pairs.first { $0.0 == expression }?.1
            #expect(found.entry(of: expression)?.variable == plain)
        }
    }
}
