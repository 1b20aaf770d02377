import Glibc
import Kith
import KithGraph

/// Published data sets that lie beside the package, where somebody put them.
enum RealData {
    /// The folder of a data set; nil, with a notice, where it is not there.
    static func folder(_ name: String, file: StaticString = #filePath) -> String? {
        var root = "\(file)".split(separator: "/", omittingEmptySubsequences: false)
        root.removeLast(3)
        let path = root.joined(separator: "/") + "/../shared/data/" + name
        guard access(path, R_OK) == 0 else {
            print("skipped: the data set \(name) is not at \(path)")
            return nil
        }
        return path
    }

    /// A database in memory with the files that a manifest names imported; `DATA` in the manifest
    /// stands for the folder.
    static func database(
        _ folder: String, manifest: String, change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> (Database, ImportSummary) {
        var template = Array("/tmp/kith-real-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        let sink = TextSinkForTests(descriptor)
        sink.write(manifest.replacing("DATA", with: folder))
        defer { unlink(path) }
        let plan = try ImportPlan.fromManifest(atPath: path)
        var options = plan.options
        change(&options)
        let database = try Database.inMemory()
        let summary = try GraphImporter(plan: plan, options: options).run(into: database.store)
        return (database, summary)
    }

    /// The values of a statement's rows as the language writes them, row by row.
    static func rows(_ database: Database, _ statement: String) throws -> [String] {
        try database.execute(Query(statement)).rows.map { row in
            row.values.map { value in
                if case .string(let text) = value { return text }
                return value.literalText
            }.joined(separator: " | ")
        }
    }
}

/// Writes a text to a descriptor and closes it.
struct TextSinkForTests {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
