/// Reads delimited text row by row, as LOAD CSV does: rows may have any number of fields.
///
/// `.gz` and `.zst` files are read as they are. Not safe for use by several threads at once.
public final class DelimitedReader {
    /// The names in the first row, where the format has a header; empty otherwise.
    public let header: [String]

    /// Opens a file and reads its header.
    ///
    /// - Parameter location: A path, or a `file:///` URL.
    /// - Throws: ``ImportError`` when the file cannot be read or its header is not text.
    public init(location: String, format: DelimitedFormat) throws(ImportError) {
        fatalError("filled in by the next commit")
    }

    /// The next row's fields, null where a field is empty and unquoted; nil at the end.
    ///
    /// - Throws: ``ImportError`` at a row that cannot be read: a quote never closed, bytes that are no
    ///   text.
    public func nextRow() throws(ImportError) -> [String?]? {
        fatalError("filled in by the next commit")
    }

    /// The line on which the row last returned begins, from 1.
    public private(set) var lineNumber = 0
}
