import Foundation
import Kith
import KithTestSupport
import Testing

/// Every function, operator, keyword and error is used by a script.
struct ScriptCoverageTests {
    /// All statements of all scripts.
    private static let statements: [String] = ScriptTests.files.flatMap { file in
        let script = try? ScriptFile(ScriptTests.directory.appending(path: file))
        return script?.steps.map(\.statement) ?? []
    }

    private static let text = statements.joined(separator: "\n")

    /// The statements' words and runs of signs, capitals and small letters alike.
    private static let words: Set<String> = {
        let pieces = text.matches(of: /[A-Za-z_][A-Za-z_0-9]*|[^A-Za-z_0-9\s'"`,(){}]+/)
        return Set(pieces.map { $0.output.uppercased() })
    }()

    @Test("call every function of the library")
    func functions() throws {
        let rows = try Database.inMemory().execute(Query("SHOW FUNCTIONS YIELD name")).rows
        #expect(rows.count > 100)
        let calls = Set(
            Self.text.matches(of: /([A-Za-z][A-Za-z0-9_.]*)\s*\(/).map { $0.1.lowercased() })
        for row in rows {
            guard case .string(let name) = row[0] else { continue }
            #expect(calls.contains(name.lowercased()), "\(name) is in no script")
        }
    }

    @Test("use every operator of grammar/precedence.txt")
    func operators() throws {
        for line in try Grammar.text("precedence.txt").split(separator: "\n")
        where !line.hasPrefix("#") {
            for sign in line.split(separator: " ").dropFirst() {
                let isUsed =
                    Self.words.contains(sign.uppercased()) || Self.text.contains(" \(sign) ")
                    || (sign.count == 1 && Self.text.contains(sign))
                #expect(isUsed, "\(sign) is in no script")
            }
        }
    }

    @Test("use every keyword, and so every clause")
    func keywords() throws {
        for line in try Grammar.text("keywords.txt").split(separator: "\n")
        where !line.hasPrefix("#") {
            let word = String(line.split(separator: " ")[0])
            #expect(Self.words.contains(word), "\(word) is in no script")
        }
    }

    @Test("provoke every error and warning that a statement can provoke")
    func errors() throws {
        var provoked: Set<String> = []
        for file in ScriptTests.files {
            let script = try ScriptFile(ScriptTests.directory.appending(path: file))
            let runner = ScriptRunner(try Database.inMemory())
            for step in script.steps { _ = runner.output(of: step) }
            provoked.formUnion(runner.errors.map(\.code.detail))
            provoked.formUnion(runner.warnings)
            for error in runner.errors { checkWords(of: error, in: file) }
        }
        let pages = try ErrorPage.all()
        for page in pages where page.example != nil {
            #expect(provoked.contains(page.code), "\(page.code) is in no script")
        }
        let known = Set(pages.map(\.code))
        #expect(provoked.subtracting(known).isEmpty, "these have no page in docs/errors")
    }

    /// Errors speak of statements and values, not of how they are read.
    private func checkWords(of error: KithError, in file: String) {
        let jargon =
            /\b(?i:tokens?|identifiers?|lexer|parser|productions?|terminals?|eof|ast|nil|optional\()\b/
        let text = error.message + " " + (error.hint ?? "")
        #expect(text.firstMatch(of: jargon) == nil, "\(file): \(text)")
        #expect(!error.message.contains("\n"))
        #expect(error.suggestions.count <= 3, "\(file): \(error.message)")
        if error.phase == .compile, error.code.type != "TransactionError",
            !error.message.contains("several statements")
        {
            #expect(error.place != nil, "\(file): \(error.message) has no place")
        }
    }
}
