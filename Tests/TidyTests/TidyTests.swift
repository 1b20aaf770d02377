import Foundation
import Testing

/// The house is kept: what a reader relies on when looking for something.
@Suite("The source tree")
struct TidyTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file below a folder, by its path from the root.
    static func swiftFiles(in folder: String) -> [String] {
        let base = root.appending(path: folder).path
        let all = (FileManager.default.enumerator(atPath: base)?.allObjects as? [String]) ?? []
        return all.filter { $0.hasSuffix(".swift") && !$0.contains(".build") }.sorted().map {
            "\(folder)/\($0)"
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The code of a file without its comments.
    static func code(_ path: String) throws -> String {
        try text(path).split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in
                guard let start = line.range(of: "//") else { return String(line) }
                return String(line[..<start.lowerBound])
            }.joined(separator: "\n")
    }

    @Test("has no file of more than 440 lines", arguments: ["Sources", "Tests"])
    func filesAreShort(folder: String) throws {
        for path in Self.swiftFiles(in: folder) {
            let lines = try Self.text(path).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 440, "\(path) has \(lines.count) lines")
        }
    }

    /// What each target may import of the others; everything else is above it.
    static let layers: [(target: String, below: Set<String>)] = [
        ("KithStorage", []), ("KithValues", []), ("KithLanguage", []),
        ("KithGraph", ["KithStorage", "KithValues"]),
        ("KithQuery", ["KithStorage", "KithValues", "KithLanguage", "KithGraph"]),
        ("Kith", ["KithStorage", "KithValues", "KithLanguage", "KithGraph", "KithQuery"]),
    ]

    @Test("imports only downwards, and no Foundation below the command", arguments: layers.indices)
    func importsPointDown(layer: Int) throws {
        let (target, below) = Self.layers[layer]
        let imports = /^\s*(?:@\w+\s+|public\s+|package\s+)*import\s+(\w+)/
        for path in Self.swiftFiles(in: "Sources/\(target)") {
            for line in try Self.code(path).split(separator: "\n") {
                guard let match = line.firstMatch(of: imports) else { continue }
                let name = String(match.1)
                #expect(name != "Foundation", "\(path) imports Foundation")
                if name.hasPrefix("Kith") { #expect(below.contains(name), "\(path): \(line)") }
            }
        }
    }

    @Test("leaves no mark of unfinished work", arguments: ["Sources", "Tests", "benchmarks"])
    func nothingIsLeftOpen(folder: String) throws {
        let marks = ["TO" + "DO", "FIX" + "ME", "fatal" + "Error("]
        for path in Self.swiftFiles(in: folder) {
            let text = try Self.text(path)
            for mark in marks { #expect(!text.contains(mark), "\(path) has \(mark)") }
        }
    }

    @Test("explains every escape from the compiler's checks")
    func escapesAreExplained() throws {
        for path in Self.swiftFiles(in: "Sources") {
            let lines = try Self.text(path).components(separatedBy: "\n")
            for (index, line) in lines.enumerated() {
                let code = line.components(separatedBy: "//")[0]
                guard
                    code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)")
                        || code.contains("try!") || code.contains("as!")
                else { continue }
                let around = lines[max(0, index - 8)...min(lines.count - 1, index + 2)]
                #expect(
                    around.contains { $0.contains("//") },
                    "\(path):\(index + 1) has no sentence that proves it safe")
            }
        }
    }

    @Test("has the pages that the README names")
    func pagesExist() throws {
        let links = /\]\(([^)#]+)\)/
        for match in try Self.text("README.md").matches(of: links) {
            let path = Self.root.appending(path: String(match.1)).path
            #expect(FileManager.default.fileExists(atPath: path), "\(match.1)")
        }
    }
}
