import Foundation

/// A script: statements with the output that is expected of them.
///
/// A step begins with lines that start with `> ` (the statement; several lines are one statement),
/// `!> ` (a statement that must fail), `strict> ` (a statement in strict mode, which may fail),
/// `explain> ` (its plan is the output), `script> ` (several statements) or `param> ` (`name = value`,
/// a parameter of the steps that follow). A line `---` follows, then the output up to an empty line.
/// Lines that start with `#` are comments. The steps of a file share one session on a database in
/// memory, so BEGIN, COMMIT and ROLLBACK are statements.
struct ScriptFile {
    /// How a step's statement is run.
    enum Kind: String, CaseIterable {
        case run = "> "
        case fail = "!> "
        case explain = "explain> "
        case strict = "strict> "
        case script = "script> "
        case parameter = "param> "
    }

    struct Step {
        let kind: Kind
        let statement: String
        var expected: [String]
        /// The comments and empty lines before it.
        let preamble: [String]
    }

    let url: URL
    var steps: [Step] = []
    private var trailer: [String] = []

    init(_ url: URL) throws {
        self.url = url
        let text = try String(contentsOf: url, encoding: .utf8)
        var lines = text.components(separatedBy: "\n")[...]
        if lines.last?.isEmpty == true { lines.removeLast() }
        while !lines.isEmpty {
            var preamble: [String] = []
            while let line = lines.first, Self.kind(of: line) == nil {
                preamble.append(line)
                lines.removeFirst()
            }
            guard let first = lines.first, let kind = Self.kind(of: first) else {
                trailer = preamble
                break
            }
            var statement: [String] = []
            while let line = lines.first, line.hasPrefix(kind.rawValue) {
                statement.append(String(line.dropFirst(kind.rawValue.count)))
                lines.removeFirst()
            }
            var expected: [String] = []
            if lines.first == "---" {
                lines.removeFirst()
                while let line = lines.first, !line.isEmpty {
                    expected.append(line)
                    lines.removeFirst()
                }
            }
            steps.append(
                Step(
                    kind: kind, statement: statement.joined(separator: "\n"), expected: expected,
                    preamble: preamble))
        }
    }

    private static func kind(of line: String) -> Kind? {
        Kind.allCases.first { line.hasPrefix($0.rawValue) }
    }

    /// The file's text with the expectations it has now.
    var text: String {
        var lines: [String] = []
        for step in steps {
            lines += step.preamble
            lines += step.statement.components(separatedBy: "\n").map { step.kind.rawValue + $0 }
            lines.append("---")
            lines += step.expected
        }
        lines += trailer
        return lines.joined(separator: "\n") + "\n"
    }
}
