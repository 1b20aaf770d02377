import KithValues
import Testing

@testable import KithQuery

/// Random patterns against a model that computes all ends of all matches.
@Suite("Regular expressions against a model")
struct RegularExpressionModelTests {
    /// Every position at which a match of `node` that begins at `start` may end.
    private func ends(_ node: TextPatternNode, _ text: [UInt32], _ start: Int) -> Set<Int> {
        switch node {
        case .scalar(let scalar, _):
            return start < text.count && text[start] == scalar ? [start + 1] : []
        case .any(let includesLineEnds):
            let isTaken = start < text.count && (includesLineEnds || text[start] != 0x0A)
            return isTaken ? [start + 1] : []
        case .set(let set):
            return start < text.count && set.contains(text[start]) ? [start + 1] : []
        case .sequence(let parts):
            return parts.reduce([start]) { positions, part in
                Set(positions.flatMap { ends(part, text, $0) })
            }
        case .alternatives(let choices):
            return Set(choices.flatMap { ends($0, text, start) })
        case .capture(let inner, _): return ends(inner, text, start)
        case .repeated(let inner, let min, let max, _):
            var reached: Set<Int> = min == 0 ? [start] : []
            var positions: Set<Int> = [start]
            for round in 1...(Swift.max(max ?? 0, min) + text.count + 1) {
                if let max, round > max { break }
                positions = Set(positions.flatMap { ends(inner, text, $0) })
                if round >= min { reached.formUnion(positions) }
            }
            return reached
        case .assertion(.textStart): return start == 0 ? [start] : []
        case .assertion(.textEnd): return start == text.count ? [start] : []
        case .look(let inner, isBehind: false, let isNegative):
            return ends(inner, text, start).isEmpty == isNegative ? [start] : []
        default:
            Issue.record("the model has no such node")
            return []
        }
    }

    private func randomPattern(depth: Int, using random: inout SeededRandom) -> String {
        let leaves = [
            ".*", "(?s:.*)", "a", "b", "é", ".", "[ab]", "[^a]", "(?:)", "\\A", "\\z", "ab",
        ]
        if depth == 0 { return leaves[random.below(leaves.count)] }
        let inner = randomPattern(depth: depth - 1, using: &random)
        let other = randomPattern(depth: depth - 1, using: &random)
        switch random.below(7) {
        case 0: return inner + other
        case 1: return "(\(inner)|\(other))"
        case 2: return "(?:\(inner))*" + other
        case 3: return "(?:\(inner))+?"
        case 4: return "(\(inner)){\(random.below(2)),\(1 + random.below(3))}" + other
        case 5: return "(?=\(inner))\(other)"
        default: return "(?:\(inner))?(?!\(other))(?:\(other))?"
        }
    }

    @Test("a pattern matches what the model says, remembering or not", arguments: [7, 19, 23])
    func agrees(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        let alphabet: [Unicode.Scalar] = ["a", "b", "é", "\n"]
        var matchCount = 0
        var stoppedCount = 0
        for _ in 0..<1_500 {
            let pattern = randomPattern(depth: 1 + random.below(3), using: &random)
            var parser = TextPatternParser(pattern)
            let tree = try parser.parse()
            let expression = try RegularExpression(pattern)
            var forgetful = expression.program
            forgetful.isMemoryless = false
            for _ in 0..<4 {
                var text = String.UnicodeScalarView()
                for _ in 0..<random.below(6) { text.append(alphabet[random.below(4)]) }
                let scalars = text.map(\.value)
                let expected = ends(tree, scalars, 0).contains(scalars.count)
                let found = try expression.matches(String(text))
                #expect(
                    found == expected,
                    "seed \(seed): /\(pattern)/ on \(String(text).debugDescription)")
                let slow = forgetfulMatch(forgetful, String(text))
                #expect(
                    slow ?? expected == expected,
                    "seed \(seed), forgetful: /\(pattern)/ on \(String(text).debugDescription)")
                if expected { matchCount += 1 }
                if slow == nil { stoppedCount += 1 }
            }
        }
        // The test is worth something only while both outcomes are common.
        #expect((500...5_500).contains(matchCount), "seed \(seed): \(matchCount) matches")
        #expect(stoppedCount < 60, "seed \(seed): \(stoppedCount) stopped")
    }

    /// Nil where not remembering takes too many steps, as it may.
    private func forgetfulMatch(_ program: TextPatternProgram, _ text: String) -> Bool? {
        var text = text
        return text.withUTF8 { bytes in
            var matcher = TextPatternMatcher(program, bytes, stepCountMax: 500_000)
            do throws(ValueError) {
                return try matcher.matchesWhole()
            } catch {
                #expect(error.type == .resourceError)
                return nil
            }
        }
    }
}

/// A generator that gives the same numbers for the same seed.
struct SeededRandom {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
