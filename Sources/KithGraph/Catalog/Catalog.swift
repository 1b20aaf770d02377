import KithValues

/// The names of a graph and what was declared about it: an immutable value that belongs to one view.
public struct Catalog: Sendable {
    /// Changes whenever names, indexes or constraints change; plans made for one version stay valid for it.
    public internal(set) var version: UInt64 = 0
    var labelTokens = TokenTable()
    var typeTokens = TokenTable()
    var propertyKeyTokens = TokenTable()
    /// All indexes, by number.
    public internal(set) var indexes: [IndexDefinition] = []
    /// All constraints, in the order in which they were made.
    public internal(set) var constraints: [ConstraintDefinition] = []

    /// The sets of labels that nodes have or had.
    var labelSets = LabelSetTable()
    /// The number of each constraint, in the order of ``constraints``.
    var constraintNumbers: [UInt32] = []

    init() {}

    /// All labels ever named, in the order of their numbers.
    public var labelNames: [String] { labelTokens.names }
    /// All relationship types ever named, in the order of their numbers.
    public var relationshipTypeNames: [String] { typeTokens.names }
    /// All property keys ever named, in the order of their numbers.
    public var propertyKeyNames: [String] { propertyKeyTokens.names }

    /// The label with this name, or nil.
    public func label(_ name: String) -> LabelID? {
        labelTokens.number(of: name).map(LabelID.init(rawValue:))
    }

    /// The relationship type with this name, or nil.
    public func relationshipType(_ name: String) -> RelationshipTypeID? {
        typeTokens.number(of: name).map(RelationshipTypeID.init(rawValue:))
    }

    /// The property key with this name, or nil.
    public func propertyKey(_ name: String) -> PropertyKeyID? {
        propertyKeyTokens.number(of: name).map(PropertyKeyID.init(rawValue:))
    }

    /// The name of a label.
    public func name(of label: LabelID) -> String { labelTokens.name(label.rawValue) }
    /// The name of a relationship type.
    public func name(of type: RelationshipTypeID) -> String { typeTokens.name(type.rawValue) }
    /// The name of a property key.
    public func name(of key: PropertyKeyID) -> String { propertyKeyTokens.name(key.rawValue) }

    /// The index with this number, or nil.
    public func index(_ id: IndexID) -> IndexDefinition? { indexes.first { $0.id == id } }
    /// The index with this name, or nil.
    public func index(named name: String) -> IndexDefinition? { indexes.first { $0.name == name } }
    /// The constraint with this name, or nil.
    public func constraint(named name: String) -> ConstraintDefinition? {
        constraints.first { $0.name == name }
    }

    /// The indexes of nodes with a label.
    public func indexes(label: LabelID) -> [IndexDefinition] {
        indexes.filter { $0.entity == .node && $0.token == label.rawValue }
    }

    /// The indexes of relationships of a type.
    public func indexes(type: RelationshipTypeID) -> [IndexDefinition] {
        indexes.filter { $0.entity == .relationship && $0.token == type.rawValue }
    }
}

/// Names and their numbers, which count from 0 and are never given again.
struct TokenTable: Sendable {
    private(set) var names: [String] = []
    private var numbers: [[UInt8]: UInt32] = [:]

    func number(of name: String) -> UInt32? { numbers[Array(name.utf8)] }

    func name(_ number: UInt32) -> String {
        Int(number) < names.count ? names[Int(number)] : "?"
    }

    mutating func append(_ name: String) -> UInt32 {
        let number = UInt32(names.count)
        names.append(name)
        numbers[Array(name.utf8)] = number
        return number
    }
}

/// Sets of labels and their numbers; set 0 need not be the empty one.
struct LabelSetTable: Sendable {
    private var sets: [[UInt32]] = []
    private var numbers: [[UInt32]: UInt32] = [:]

    var count: Int { sets.count }

    /// The labels of a set, ascending; none for a number that does not exist.
    subscript(number: UInt32) -> [UInt32] {
        Int(number) < sets.count ? sets[Int(number)] : []
    }

    func number(of labels: [UInt32]) -> UInt32? { numbers[labels] }

    mutating func append(_ labels: [UInt32]) -> UInt32 {
        let number = UInt32(sets.count)
        sets.append(labels)
        numbers[labels] = number
        return number
    }

    /// The numbers of all sets that have all of the labels.
    func sets(containing labels: [UInt32]) -> [UInt32] {
        sets.indices.filter { index in labels.allSatisfy { sets[index].contains($0) } }
            .map { UInt32($0) }
    }
}
