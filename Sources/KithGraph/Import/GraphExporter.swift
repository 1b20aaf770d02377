import Glibc
import KithValues

/// Start here for export: a graph as CSV files and a manifest that imports to an equal one.
///
/// Nodes with the same labels go to one file, relationships of one type to one. Nodes are named in
/// a column `_id` that is no property. A property whose values have different kinds, or a kind that
/// has no type of its own in a manifest, is written as JSON (type `value`).
public struct GraphExporter {
    /// What an export wrote.
    public struct Summary: Sendable {
        /// The nodes.
        public internal(set) var nodes = 0
        /// The relationships.
        public internal(set) var relationships = 0
        /// The names of the files, the manifest's last.
        public internal(set) var files: [String] = []
    }

    private let reader: GraphReader
    private let directory: String

    /// Prepares an export of what `reader` sees into a directory, which is made where it is missing.
    public init(reader: GraphReader, directory: String) {
        self.reader = reader
        self.directory = directory
    }

    /// Writes all files, or none.
    ///
    /// - Throws: ``ImportError`` when a file exists already or cannot be written, or the graph cannot
    ///   be read.
    public func run() throws(ImportError) -> Summary {
        let isNew = mkdir(directory, 0o777) == 0
        guard isNew || errno == EEXIST else {
            throw ImportError(
                .unreadableFile, "cannot be made: \(systemErrorText(errno))", file: directory)
        }
        var export = ExportRun(reader: reader, directory: directory)
        do throws(ImportError) {
            try export.surveyNodes()
            try export.writeNodes()
            try export.writeRelationships()
            try export.writeManifest()
        } catch {
            // What is left of an export that failed would be in the way of the next one.
            for path in export.madePaths { unlink(path) }
            if isNew { rmdir(directory) }
            throw error
        }
        return export.summary
    }
}
