import Foundation
import Kith
import KithTestSupport
import Testing

/// Runs every file below `Tests/Scripts`.
///
/// With `KITH_UPDATE_SCRIPTS=1` in the environment, files are rewritten with the output there is;
/// the difference is then to be reviewed like code.
@Suite("Scripts")
struct ScriptTests {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scripts")

    static let files: [String] = {
        let enumerator = FileManager.default.enumerator(atPath: directory.path)
        let all = (enumerator?.allObjects as? [String]) ?? []
        return all.filter { $0.hasSuffix(".script") }.sorted()
    }()

    @Test("give the output they expect", arguments: files)
    func run(file: String) throws {
        let url = Self.directory.appending(path: file)
        var script = try ScriptFile(url)
        let isUpdating = ProcessInfo.processInfo.environment["KITH_UPDATE_SCRIPTS"] == "1"
        let runner = ScriptRunner(try Database.inMemory())
        for (index, step) in script.steps.enumerated() {
            let found = runner.output(of: step)
            if isUpdating {
                script.steps[index].expected = found
            } else {
                #expect(
                    found == step.expected,
                    "\(file): \(step.statement)\n\(found.joined(separator: "\n"))")
            }
        }
        #expect(!script.steps.isEmpty, "\(file) has no step")
        if isUpdating { try script.text.write(to: url, atomically: true, encoding: .utf8) }
    }
}
