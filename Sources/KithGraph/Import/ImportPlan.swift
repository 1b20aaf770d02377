/// What an import reads and what it makes of it: the manifest of `kith import`, in memory.
///
/// Made by ``ImportPlan/fromManifest(atPath:)``, ``ImportPlan/fromSpecifications(nodes:relationships:)``
/// and ``ImportPlan/fromDirectory(_:format:)``.
public struct ImportPlan: Sendable {
    /// The files of nodes, read in this order and before all relationships.
    public var nodes: [NodeFile]
    /// The files of relationships.
    public var relationships: [RelationshipFile]
    /// Options that the manifest gives; those of the caller go before them.
    public var options: ImportOptions

    /// Makes a plan of the given files.
    public init(
        nodes: [NodeFile] = [], relationships: [RelationshipFile] = [],
        options: ImportOptions = ImportOptions()
    ) {
        self.nodes = nodes
        self.relationships = relationships
        self.options = options
    }
}

/// A file whose rows are nodes.
public struct NodeFile: Sendable {
    /// The path of the file.
    public var path: String
    /// The labels of every node of the file.
    public var labels: [String]
    /// The property by which relationships and later imports find a node.
    public var key: String?
    /// The header of the column that holds the key, where that is no property of its own.
    public var keyColumn: String?
    /// Keys of one group are told apart from those of others, whatever the labels; nil groups them by
    /// label and key.
    public var keyGroup: String?
    /// Whether the key is to be chosen when the header is known: the column `id`, or else the first.
    var keyIsOptional = false
    /// What is said about columns, in the order in which it was said.
    public var columns: [ColumnRule]
    /// How this file is read; nil takes the import's format.
    public var format: DelimitedFormat?

    /// Describes a file of nodes.
    public init(
        path: String, labels: [String], key: String? = nil, columns: [ColumnRule] = [],
        format: DelimitedFormat? = nil
    ) {
        self.path = path
        self.labels = labels
        self.key = key
        keyColumn = nil
        keyGroup = nil
        self.columns = columns
        self.format = format
    }
}

/// A file whose rows are relationships.
public struct RelationshipFile: Sendable {
    /// One end of a relationship: the column that holds a key, and the nodes that it is a key of.
    public struct End: Sendable {
        /// The column's header; nil for the first (from) or second (to) column.
        public var column: String?
        /// The label of the nodes at this end.
        public var label: String
        /// The property that holds the key; nil for the key of the label's own file.
        public var key: String?
        /// The group of keys, where the nodes' file names one; the label means nothing then.
        public var group: String?
        /// Whether a row without a key at this end is passed over instead of rejected.
        public var isOptional = false

        /// Describes one end.
        public init(
            column: String? = nil, label: String, key: String? = nil, group: String? = nil
        ) {
            self.column = column
            self.label = label
            self.key = key
            self.group = group
        }
    }

    /// The path of the file.
    public var path: String
    /// The type of every relationship of the file.
    public var type: String
    /// Where they start.
    public var from: End
    /// Where they end.
    public var to: End
    /// What is said about columns, in the order in which it was said.
    public var columns: [ColumnRule]
    /// How this file is read; nil takes the import's format.
    public var format: DelimitedFormat?

    /// Describes a file of relationships.
    public init(
        path: String, type: String, from: End, to: End, columns: [ColumnRule] = [],
        format: DelimitedFormat? = nil
    ) {
        self.path = path
        self.type = type
        self.from = from
        self.to = to
        self.columns = columns
        self.format = format
    }
}

/// What a manifest says about one column.
public struct ColumnRule: Hashable, Sendable {
    /// What becomes of the column.
    public enum Content: Hashable, Sendable {
        /// The column is left out.
        case skipped
        /// The column becomes a property of the type that all its values have.
        case inferred
        /// The column becomes a property of this type.
        case typed(ColumnType)
        /// The column names the labels of its row, separated by this byte.
        case labels(separator: UInt8)
        /// The column names the type of its row's relationship.
        case relationshipType
    }

    /// The header of the rule that stands for all columns that are not named.
    public static let allOthers = "*"

    /// The column's header.
    public var header: String
    /// The property's name; nil for the header itself.
    public var propertyName: String?
    /// What becomes of it.
    public var content: Content

    /// Says what becomes of the column with this header.
    public init(header: String, as propertyName: String? = nil, content: Content) {
        self.header = header
        self.propertyName = propertyName
        self.content = content
    }
}

/// The type that the text of a column is read as.
public indirect enum ColumnType: Hashable, Sendable {
    /// 64-bit integers.
    case integer
    /// 64-bit floats, read exactly.
    case float
    /// `true` and `false`, and the usual abbreviations.
    case boolean
    /// The text as it stands.
    case string
    /// Dates, `2024-02-29`.
    case date
    /// Times of day without a zone.
    case localTime
    /// Times of day with an offset.
    case time
    /// Dates with a time, without a zone.
    case localDateTime
    /// Dates with a time and a zone; UTC where the text names none.
    case dateTime
    /// ISO 8601 durations.
    case duration
    /// Amounts of the given currency; or, of no currency, text that names it (`12.50 EUR`).
    case money(currency: String?)
    /// Amounts whose currency another column names.
    case moneyWithCurrencyColumn(String)
    /// Values of any kind, as JSON with `$type` for what JSON has no form for.
    case value
    /// Several values of one type in one field.
    case list(of: ColumnType, separator: UInt8)
}
