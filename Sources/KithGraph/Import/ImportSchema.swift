/// A file of an import after its header was read: what becomes of each field.
final class ResolvedFile {
    /// One field of each row.
    struct Field {
        /// The header.
        let header: String
        /// The property that it becomes; nil for none.
        var propertyName: String?
        /// Its type; nil until it is inferred.
        var type: ColumnType?
        /// Whether the type is not given but found.
        var isInferred = false
        /// The field that names the currency of this one.
        var currencyField: Int?
        /// What the field is for, other than a property.
        var role = Role.none
    }

    /// What a field is for, other than a property.
    enum Role: Hashable {
        /// Nothing else.
        case none
        /// The labels of its row.
        case labels(separator: UInt8)
        /// The type of its row's relationship.
        case relationshipType
    }

    /// The path, as the caller named it.
    let path: String
    /// How it is read.
    let format: DelimitedFormat
    /// Its length on disk.
    let lengthInBytes: Int
    /// The fields of every row.
    var fields: [Field]

    /// Reads the header of the file at `path` and applies the rules to its columns.
    init(path: String, format: DelimitedFormat, rules: [ColumnRule]) throws(ImportError) {
        self.path = path
        self.format = format
        let source = try FileSource(path: path)
        guard source.isRegular else {
            throw ImportError(
                .unreadableFile, "is a pipe or a device; an import reads its files more than once",
                file: path)
        }
        lengthInBytes = source.lengthInBytes
        let headers = try Self.headers(path, format, rules)
        fields = headers.map { Field(header: $0, propertyName: $0, isInferred: true) }
        let skipsOthers = rules.contains { $0.header == ColumnRule.allOthers }
        let named = Set(rules.map(\.header))
        if skipsOthers {
            for index in fields.indices where !named.contains(fields[index].header) {
                fields[index].propertyName = nil
            }
        }
        for rule in rules where rule.header != ColumnRule.allOthers { try apply(rule) }
        try checkNames()
    }

    /// The number of the field with this header.
    func index(of header: String) throws(ImportError) -> Int {
        if let index = fields.firstIndex(where: { $0.header == header }) { return index }
        let namedMax = 20
        var known = fields.prefix(namedMax).map { "`\($0.header)`" }.joined(separator: ", ")
        if fields.count > namedMax { known += " and \(fields.count - namedMax) more" }
        throw ImportError(
            .invalidPlan, "there is no column `\(header)`; the columns are \(known)", file: path)
    }

    private static func headers(
        _ path: String, _ format: DelimitedFormat, _ rules: [ColumnRule]
    ) throws(ImportError) -> [String] {
        let reader = try DelimitedReader(location: path, format: format)
        var headers = reader.header
        if !format.hasHeader {
            // Without names in the file, the rules name its first columns in their order.
            let width = try reader.nextRow()?.count ?? rules.count
            let named = rules.map(\.header).filter { $0 != ColumnRule.allOthers }
            headers = (0..<width).map { $0 < named.count ? named[$0] : "column\($0 + 1)" }
        }
        guard !headers.isEmpty else {
            throw ImportError(.invalidPlan, "the file is empty; it needs a header row", file: path)
        }
        guard headers.count <= ImportLimits.fieldsPerRowMax else {
            throw ImportError(
                .limitExceeded, "the header has more than \(ImportLimits.fieldsPerRowMax) columns",
                file: path)
        }
        return headers.enumerated().map { $1.isEmpty ? "column\($0 + 1)" : $1 }
    }

    private func apply(_ rule: ColumnRule) throws(ImportError) {
        let index = try index(of: rule.header)
        if let name = rule.propertyName { fields[index].propertyName = name }
        switch rule.content {
        case .skipped: fields[index].propertyName = nil
        case .inferred: break
        case .labels(let separator):
            fields[index].propertyName = nil
            fields[index].role = .labels(separator: separator)
        case .relationshipType:
            fields[index].propertyName = nil
            fields[index].role = .relationshipType
        case .typed(let type):
            fields[index].type = type
            fields[index].isInferred = false
            if case .moneyWithCurrencyColumn(let header) = type {
                fields[index].currencyField = try self.index(of: header)
            }
        }
    }

    private func checkNames() throws(ImportError) {
        var seen: Set<String> = []
        for field in fields {
            guard let name = field.propertyName else { continue }
            guard seen.insert(name).inserted else {
                throw ImportError(
                    .invalidPlan, "two columns become the property `\(name)`; rename or skip one",
                    file: path)
            }
        }
    }
}

/// A file of nodes, ready to be read.
struct ResolvedNodeFile {
    /// Header and columns.
    let file: ResolvedFile
    /// The labels that all its nodes have.
    let labels: [String]
    /// The field that names the labels of its row.
    let labelField: Int?
    /// The field that holds the key.
    let keyField: Int?
    /// The property that the key becomes, where it becomes one.
    let keyProperty: String?
    /// The key spaces that its nodes are found in, as numbers of `ImportSchema.keySpaces`.
    var spaces: [Int] = []
}

/// A file of relationships, ready to be read.
struct ResolvedRelationshipFile {
    /// Header and columns.
    let file: ResolvedFile
    /// The type that all its relationships have; empty where a field names it.
    let type: String
    /// The field that names the type.
    let typeField: Int?
    /// The field that holds the key of the start.
    let fromField: Int
    /// The field that holds the key of the end.
    let toField: Int
    /// The key space of the start.
    let fromSpace: Int
    /// The key space of the end.
    let toSpace: Int
    /// Whether rows without a key for the start are passed over.
    let isFromOptional: Bool
    /// Whether rows without a key for the end are passed over.
    let isToOptional: Bool
}
