import Foundation
@testable import Kith
import Testing

/// A page of `docs/errors`.
struct ErrorPage {
    /// The code: the name of the file.
    let code: String
    let text: String
    /// The statements that provoke the error, the last of which fails; nil where none can.
    let example: [String]?

    static let root = ScriptTests.directory.deletingLastPathComponent()
        .deletingLastPathComponent()

    static func all() throws -> [ErrorPage] {
        let folder = root.appending(path: "docs/errors")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.filter { $0.hasSuffix(".md") && $0 != "README.md" }.map { name in
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            let block = text.firstMatch(of: /```cypher\n((?s:.*?))\n```/)
            return ErrorPage(
                code: String(name.dropLast(3)), text: text,
                example: block.map { String($0.1).components(separatedBy: ";\n") })
        }
    }
}

/// The codes in the sources and the pages about them.
struct ErrorPageTests {
    /// How errors and warnings are made in the sources; the last group is the code.
    private static var makers: [Regex<(Substring, Substring)>] {
        [
            /detail:\s*"([A-Z]\w+)"/,
            /\.syntax\(\s*"([A-Z]\w+)"/,
            /warn\(\s*"([A-Z]\w+)"/,
            /\.(?:type|arithmetic|argument|property|resource)Error,\s*"([A-Z]\w+)"/,
            /\.(?:entityNotFound|corruptValue),\s*"([A-Z]\w+)"/,
            /(?:Code|init)\(\s*"[A-Z]\w+",\s*"([A-Z]\w+)"\)/,
            /: \("[A-Z]\w+", "([A-Z]\w+)"\)/,
            /from: start, "([A-Z]\w+)"/,
        ]
    }

    /// The codes in the sources.
    private func codes() throws -> Set<String> {
        let sources = ErrorPage.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String]
        var found: Set<String> = []
        for file in files ?? [] where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            let code = text.split(separator: "\n").filter {
                !$0.drop { $0 == " " }.hasPrefix("//")
            }.joined(separator: "\n")
            for maker in Self.makers {
                found.formUnion(code.matches(of: maker).map { String($0.1) })
            }
        }
        return found
    }

    @Test("are one to one")
    func pagesAndCodes() throws {
        let codes = try codes()
        let pages = Set(try ErrorPage.all().map(\.code))
        #expect(codes.count > 60)
        for code in codes.subtracting(pages).sorted() { Issue.record("\(code) has no page") }
        for page in pages.subtracting(codes).sorted() { Issue.record("nothing gives \(page)") }
    }

    @Test("say the code in the title, and are all in the list")
    func titles() throws {
        let list = try String(
            contentsOf: ErrorPage.root.appending(path: "docs/errors/README.md"), encoding: .utf8)
        let pages = try ErrorPage.all()
        for page in pages {
            #expect(page.text.hasPrefix("# \(page.code)\n"))
            #expect(list.contains("| [\(page.code)](\(page.code).md) |"))
        }
        #expect(list.matches(of: /\| \[\w+\]\(\w+\.md\) \|/).count == pages.count)
    }

    @Test("show a statement that gives the error")
    func examples() throws {
        for page in try ErrorPage.all() {
            guard let example = page.example else { continue }
            let runner = ScriptRunner(try Database.inMemory())
            for statement in example.dropLast() { _ = try runner.result(of: statement) }
            do throws(KithError) {
                let result = try runner.result(of: example[example.count - 1])
                #expect(result.warnings.contains { $0.code == page.code }, "\(page.code)")
                #expect(page.text.contains("Warning `\(page.code)`"))
                #expect(result.warnings.allSatisfy { $0.place != nil })
            } catch {
                #expect(error.code.detail == page.code, "\(error)")
                #expect(page.text.contains("`\(error.code)`"), "\(error)")
            }
        }
    }
}
