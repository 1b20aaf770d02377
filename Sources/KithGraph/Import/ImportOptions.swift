/// How an import goes about its work; the same in a manifest and on the command line.
public struct ImportOptions: Sendable {
    /// What happens to a node whose key is taken.
    public enum Mode: String, Sendable {
        /// The row is rejected.
        case insert
        /// The row's values are set on the node that has the key.
        case upsert
    }

    /// How files are read that say nothing of their own.
    public var format: DelimitedFormat
    /// What happens to a node whose key is taken.
    public var mode: Mode
    /// A file for the rejected rows, with place and reason; nil for none.
    public var rejectFilePath: String?
    /// How many rows may be rejected before the import fails.
    public var rejectedRowsMax: Int
    /// Whether everything is read and checked, but nothing written.
    public var isDryRun: Bool
    /// The number of threads; nil for one for each core.
    public var threadCount: Int?
    /// The most memory that the import may use for itself, in bytes; nil for the default, 400 MiB.
    ///
    /// What does not fit goes to temporary files. Blocks of text on their way and the caches of the
    /// database come on top.
    public var memoryLimitInBytes: Int?
    /// The part of it for keys of nodes, where relationships look for their ends.
    var memoryForKeysInBytes: Int { (memoryLimitInBytes ?? 400 << 20) / 4 }
    /// The part of it for rows that wait to be sorted.
    var memoryForRowsInBytes: Int { (memoryLimitInBytes ?? 400 << 20) / 4 * 3 }

    /// The documented defaults.
    public init(
        format: DelimitedFormat = DelimitedFormat(), mode: Mode = .insert,
        rejectFilePath: String? = nil, rejectedRowsMax: Int = 0, isDryRun: Bool = false,
        threadCount: Int? = nil, memoryLimitInBytes: Int? = nil
    ) {
        self.format = format
        self.mode = mode
        self.rejectFilePath = rejectFilePath
        self.rejectedRowsMax = rejectedRowsMax
        self.isDryRun = isDryRun
        self.threadCount = threadCount
        self.memoryLimitInBytes = memoryLimitInBytes
    }
}

/// How far an import has come.
public struct ImportProgress: Sendable {
    /// The file that is being read.
    public let file: String
    /// Rows read so far, over all files.
    public let rows: Int
    /// Bytes read so far, over all files and passes, as they are on disk.
    public let bytes: Int
    /// The part of the work that is done, from 0 to 1.
    public let fraction: Double
    /// Rows a second since the start.
    public let rowsPerSecond: Double
    /// An estimate of the seconds that are left.
    public let secondsLeft: Double
}

/// What an import did.
public struct ImportSummary: Sendable {
    /// A name with a number: a label with its nodes, a type with its relationships.
    public struct Count: Hashable, Sendable {
        /// The label or type.
        public let name: String
        /// How many of them.
        public let count: Int
    }

    /// A row that was left out.
    public struct Rejection: Hashable, Sendable {
        /// The file, as the caller named it.
        public let file: String
        /// Where in the file.
        public let position: TextPosition
        /// The header of the column at fault; nil where the whole row is.
        public let columnName: String?
        /// Why, in one sentence.
        public let reason: String
    }

    /// The type that was found or given for each column, for `--dry-run`.
    public struct ColumnDescription: Hashable, Sendable {
        /// The file.
        public let file: String
        /// The column's header.
        public let header: String
        /// The property's name; nil where the column is no property.
        public let propertyName: String?
        /// The type, in the words of the manifest.
        public let type: String
        /// Whether the type was inferred from the values.
        public let isInferred: Bool
    }

    /// Nodes made, by label, in the order of the plan.
    public internal(set) var nodesByLabel: [Count] = []
    /// Relationships made, by type, in the order of the plan.
    public internal(set) var relationshipsByType: [Count] = []
    /// Nodes made.
    public internal(set) var nodes = 0
    /// Those of them that have no label.
    public internal(set) var nodesWithoutLabel = 0
    /// Nodes that a row of an upsert changed.
    public internal(set) var nodesUpdated = 0
    /// Relationships made.
    public internal(set) var relationships = 0
    /// Properties set.
    public internal(set) var properties = 0
    /// Rows left out.
    public internal(set) var rejectedRows = 0
    /// The first of them, at most ``ImportLimits/rejectionsKeptMax``.
    public internal(set) var rejections: [Rejection] = []
    /// Rows read, over all files.
    public internal(set) var rows = 0
    /// Wall-clock seconds.
    public internal(set) var seconds = 0.0
    /// Bytes of the database file afterwards; 0 for one in memory.
    public internal(set) var databaseSizeInBytes = 0
    /// The columns, file by file.
    public internal(set) var columns: [ColumnDescription] = []
}

extension ImportOptions {
    /// The size that text like `512 MB`, `2GiB` or `1000000` means; nil if none.
    public static func sizeInBytes(named text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number > 0 else { return nil }
        let shift: Int
        switch text.dropFirst(digits.count).filter({ $0 != " " }).uppercased() {
        case "", "B": shift = 0
        case "K", "KB", "KIB": shift = 10
        case "M", "MB", "MIB": shift = 20
        case "G", "GB", "GIB": shift = 30
        case "T", "TB", "TIB": shift = 40
        default: return nil
        }
        let (size, overflowed) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflowed ? nil : size
    }
}
