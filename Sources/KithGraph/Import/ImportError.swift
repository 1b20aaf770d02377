/// Why an import, an export or a read of delimited text stopped.
public struct ImportError: Error, Hashable, Sendable {
    /// The kind of a failure; stable across releases.
    public enum Code: String, Hashable, Sendable {
        /// A file cannot be opened, read or written.
        case unreadableFile
        /// A compressed file is damaged or ends early.
        case damagedFile
        /// The manifest, a header or an option says something impossible.
        case invalidPlan
        /// A row of the data is wrong, and no more of those are allowed.
        case rejectedRow
        /// The database refused the data.
        case database
        /// The caller asked to stop.
        case cancelled
        /// A named limit of ``ImportLimits`` was passed.
        case limitExceeded
    }

    /// What kind of failure this is.
    public let code: Code
    /// One sentence that names the thing at fault.
    public let message: String
    /// The file at fault, as the caller named it; nil where no file is.
    public let file: String?
    /// The place in that file; nil where no single place is at fault.
    public let position: TextPosition?

    /// Makes an error that names `file` and a place in it where there is one.
    public init(
        _ code: Code, _ message: String, file: String? = nil, position: TextPosition? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.position = position
    }
}

extension ImportError: CustomStringConvertible {
    /// The place, if any, and the message: `orders.csv:12:7: …`.
    public var description: String {
        guard let file else { return message }
        guard let position else { return "\(file): \(message)" }
        return "\(file):\(position.line):\(position.column): \(message)"
    }
}

/// A place in a text file, counted from 1; columns count Unicode scalars.
public struct TextPosition: Hashable, Sendable {
    /// The line, from 1.
    public let line: Int
    /// The scalar in the line, from 1.
    public let column: Int

    /// Makes a position from a line and a column, both counted from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// The limits of imports, by name.
public enum ImportLimits {
    /// The most bytes that one row may have, with everything that is quoted in it.
    public static let rowLengthMaxInBytes = 256 << 20
    /// The most fields that one row may have.
    public static let fieldsPerRowMax = 65_535
    /// The most rejected rows whose place and reason are kept for the summary.
    public static let rejectionsKeptMax = 1_000
    /// The deepest nesting that a manifest may have.
    public static let manifestDepthMax = 64
}
