import Foundation
import KithTestSupport
import Testing

@testable import KithLanguage

/// Holds the parser and the files in `grammar` together.
struct GrammarTests {
    /// The names of the functions in the parser's files, without those that only read tokens.
    private func parserFunctions() throws -> (all: Set<String>, rules: Set<String>) {
        let folder = Grammar.folder.deletingLastPathComponent()
            .appendingPathComponent("Sources/KithLanguage/Parser")
        var all: Set<String> = []
        var rules: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let text = try String(
                contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for line in text.split(separator: "\n") {
                guard let match = line.firstMatch(of: /^    (.*)func (\w+)[(<]/) else { continue }
                all.insert(String(match.2))
                let isHelper = file == "Parser+Tokens.swift" || file == "Parser.swift"
                if match.1 == "mutating ", !isHelper { rules.insert(String(match.2)) }
            }
        }
        return (all, rules)
    }

    @Test("has a function of the parser or a level of operators for each rule")
    func rulesAreFunctions() throws {
        let grammar = try Grammar.load()
        let functions = try parserFunctions()
        let levels = Set(Precedence.allCases.map { "\($0)" })
        #expect(Set(grammar.names).count == grammar.names.count)
        for name in grammar.names {
            #expect(functions.all.contains(name) || levels.contains(name), "\(name)")
        }
        // These serve several rules and are none themselves.
        let helpers: Set = ["inBrackets", "hexadecimal"]
        for function in functions.rules.subtracting(helpers) {
            #expect(grammar.rules[function] != nil, "\(function) is not in the grammar")
        }
    }

    @Test("has the keywords of grammar/keywords.txt, and uses each of them")
    func keywords() throws {
        var listed: [String: Bool] = [:]
        for line in try Grammar.text("keywords.txt").split(separator: "\n")
        where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            listed[String(words[0])] = words.count > 1 && words[1] == "reserved"
        }
        #expect(listed.count == Keyword.allCases.count)
        for keyword in Keyword.allCases {
            #expect(listed[keyword.rawValue] == keyword.isReserved, "\(keyword.rawValue)")
        }
        let words = try Grammar.load().terminals.filter { $0.first?.isLetter == true }
        #expect(words == Set(Keyword.allCases.map(\.rawValue)))
        let signs = try Grammar.load().terminals.subtracting(words)
        #expect(signs == Set(Symbol.allCases.map(\.rawValue)))
    }

    /// The operators of each level, from the loosest.
    private func levels() throws -> [(name: String, operators: [String])] {
        try Grammar.text("precedence.txt").split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map {
                let words = $0.split(separator: " ").map(String.init)
                return (words[0], Array(words.dropFirst()))
            }
    }

    @Test("applies operators as grammar/precedence.txt says")
    func precedence() throws {
        let levels = try levels()
        #expect(levels.map(\.name) == Precedence.allCases.map { "\($0)" })
        let single = ["NOT", "IS", ":", ".", "["]
        let operands = ["STARTS": "STARTS WITH", "ENDS": "ENDS WITH"]
        var infix: [(level: Int, text: String)] = []
        for (level, entry) in levels.enumerated() where entry.name != "sign" {
            for word in entry.operators where !single.contains(word) {
                infix.append((level, operands[word] ?? word))
            }
        }
        func tree(_ text: String) throws -> [Statement] { try Parser.parse("RETURN " + text) }
        for left in infix {
            for right in infix where left.level != right.level {
                let plain = try tree("a \(left.text) b \(right.text) c")
                let grouped =
                    left.level > right.level
                    ? try tree("(a \(left.text) b) \(right.text) c")
                    : try tree("a \(left.text) (b \(right.text) c)")
                #expect(plain == grouped, "\(left.text) and \(right.text)")
            }
        }
        #expect(try tree("NOT a = b") == tree("NOT (a = b)"))
        #expect(try tree("NOT a AND b") == tree("(NOT a) AND b"))
        #expect(try tree("-a ^ b") == tree("(-a) ^ b"))
        #expect(try tree("-a.b") == tree("-(a.b)"))
        #expect(try tree("a = b IS NULL") == tree("a = (b IS NULL)"))
        #expect(try tree("a + b:C") == tree("(a + b):C"))
    }

    @Test("accepts and refuses the examples of each rule")
    func examples() throws {
        let folder = Grammar.folder.appendingPathComponent("examples")
        let names = try Grammar.load().names
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(files) == Set(names.map { $0 + ".cypher" }))
        for name in names {
            var isAccepted = true
            var counts = [0, 0]
            for line in try Grammar.text("examples/\(name).cypher").split(separator: "\n") {
                if line == "// accepted" || line == "// refused" {
                    isAccepted = line == "// accepted"
                    continue
                }
                counts[isAccepted ? 0 : 1] += 1
                do throws(Diagnostic) {
                    _ = try Parser.parse(String(line))
                    #expect(isAccepted, "\(name): \(line)")
                } catch {
                    #expect(!isAccepted, "\(name): \(line): \(error.message)")
                }
            }
            #expect(counts[0] > 0 && counts[1] > 0, "\(name) needs examples of both kinds")
        }
    }

    @Test("reads random sentences of the grammar, and reads what it prints of them")
    func sentences() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["KITH_SEED"].flatMap { UInt64($0) } ?? 20_240_501
        let count = environment["KITH_SENTENCES"].flatMap { Int($0) } ?? 3_000
        var generator = SentenceGenerator(try Grammar.load(), seed: seed)
        for number in 0..<count {
            let text = generator.sentence(of: "statement", depthMax: 20 + number % 40)
            do throws(Diagnostic) {
                let tree = try Parser.parse(text)
                let printed = tree[0].canonicalText
                let again = try Parser.parse(printed)
                #expect(again == tree, "seed \(seed), \(number): \(text)\nprinted: \(printed)")
            } catch {
                // A rule on names, which the grammar does not know.
                if error.detail == "RepeatedProperty" { continue }
                Issue.record(
                    "seed \(seed), \(number): \(text)\n\(error.message) at \(error.span.start)")
                return
            }
        }
    }
}
