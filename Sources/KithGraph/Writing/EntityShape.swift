import KithValues

/// What all new nodes with the same labels have in common, or all new relationships of a type: a statement
/// makes few of them, and many statements of a transaction are alike.
///
/// It holds for one version of the catalog.
final class EntityShape {
    let kind: EntityKind
    /// The labels, ascending, or the type.
    let tokens: [UInt32]
    /// The number of the set of labels; 0 for relationships.
    let labelSet: UInt32
    /// The indexes that they are in.
    let indexes: [IndexDefinition]
    /// Whether a constraint other than uniqueness concerns them.
    let isChecked: Bool
    /// What their chunks are to be noted as.
    let members: [GraphTables.MemberKey]
    /// The chunk that was last noted so.
    @exclusivity(unchecked) var notedChunk: UInt64?

    init(_ kind: EntityKind, _ tokens: [UInt32], labelSet: UInt32, _ writer: GraphWriter) {
        self.kind = kind
        self.tokens = tokens
        self.labelSet = labelSet
        indexes = writer.indexes(kind, tokens, covering: nil)
        isChecked = writer.isChecked(kind, tokens)
        members = tokens.map { GraphTables.MemberKey(kind: kind, token: $0) }
    }
}

/// The shapes that a transaction used so far.
struct EntityShapes {
    private var nodes: [(labels: [LabelID], shape: EntityShape)] = []
    private var relationships: [EntityShape] = []
    private var version: UInt64 = 0
    /// More than these are not remembered: looking through them would take longer than making one.
    private static let countMax = 8

    init() {}

    /// Forgets those of another version of the catalog.
    mutating func keep(version: UInt64) {
        if version == self.version { return }
        self = EntityShapes()
        self.version = version
    }

    func shape(labels: [LabelID]) -> EntityShape? {
        for known in nodes where known.labels == labels { return known.shape }
        return nil
    }

    func shape(type: RelationshipTypeID) -> EntityShape? {
        for known in relationships where known.tokens[0] == type.rawValue { return known }
        return nil
    }

    mutating func add(_ shape: EntityShape, labels: [LabelID]) {
        if nodes.count == Self.countMax { nodes = [] }
        nodes.append((labels, shape))
    }

    mutating func add(_ shape: EntityShape) {
        if relationships.count == Self.countMax { relationships = [] }
        relationships.append(shape)
    }
}

extension GraphWriter {
    /// The shape of new nodes with these labels.
    func shape(labels: [LabelID]) throws(GraphError) -> EntityShape {
        shapes.keep(version: owned.catalog.version)
        if let known = shapes.shape(labels: labels) { return known }
        let numbers =
            labels.count > 1 ? Set(labels.map(\.rawValue)).sorted() : labels.map(\.rawValue)
        let set = try labelSet(numbers)
        // The set may be a new one.
        shapes.keep(version: owned.catalog.version)
        let made = EntityShape(.node, numbers, labelSet: set, self)
        shapes.add(made, labels: labels)
        return made
    }

    /// The shape of new relationships of a type.
    func shape(type: RelationshipTypeID) -> EntityShape {
        shapes.keep(version: owned.catalog.version)
        if let known = shapes.shape(type: type) { return known }
        let made = EntityShape(.relationship, [type.rawValue], labelSet: 0, self)
        shapes.add(made)
        return made
    }

    /// Puts the row of a new entity in place, and what follows from there being one more of its shape,
    /// but for counts and lists.
    func addNew(_ row: RowChange, _ id: UInt64, _ shape: EntityShape) throws(GraphError) {
        let chunk = id >> UInt64(GraphLimits.slotBits)
        note(.row(shape.kind, id, nil))
        pending.openChunk(shape.kind, chunk).putNew(
            row, at: UInt16(id & UInt64(GraphLimits.slotsPerChunk - 1)))
        pending.sizeInBytes += row.sizeInBytes
        if shape.notedChunk != chunk {
            for member in shape.members { try noteMember(member, chunk) }
            shape.notedChunk = chunk
        }
        for index in shape.indexes { try indexNew(id, row, index) }
        guard shape.isChecked else { return }
        if shape.kind == .node {
            statement?.touchedNodes.insert(id)
        } else {
            statement?.touchedRelationships.insert(id)
        }
    }

    /// Puts a new entity into an index, if it has all of its properties.
    private func indexNew(
        _ id: UInt64, _ row: RowChange, _ index: IndexDefinition
    ) throws(GraphError) {
        // The bytes of one key are written over those of the one before.
        var ordered: [UInt8] = []
        swap(&ordered, &keyMemory)
        defer { swap(&ordered, &keyMemory) }
        ordered.removeAll(keepingCapacity: true)
        for key in index.properties {
            guard let value = row.property(key.rawValue), !value.isNull,
                value.appendOrderedKey(to: &ordered)
            else { return }
        }
        let length = ordered.count
        guard length <= reader.indexKeys.lengthMaxInBytes else {
            return try addEntry(ordered, id, to: index)
        }
        ordered.appendBigEndian(id)
        if try putEntry(ordered, isCut: false, in: index.id) {
            noteUnique(Array(ordered[..<length]), index)
        }
    }
}
