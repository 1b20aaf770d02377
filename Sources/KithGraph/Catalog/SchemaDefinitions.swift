import KithValues

/// An ordered index over properties of the nodes with a label, or the relationships of a type.
///
/// An entity is in the index if it has all of the properties.
public struct IndexDefinition: Hashable, Sendable {
    /// Its number.
    public let id: IndexID
    /// Its name.
    public let name: String
    /// Whether it holds nodes or relationships.
    public let entity: EntityKind
    /// The raw value of the label or of the relationship type.
    public let token: UInt32
    /// The properties, in the order of the key.
    public let properties: [PropertyKeyID]
    /// Whether no two entries may have the same values; true for those that serve a constraint.
    public let isUnique: Bool
    /// The name of the constraint that it serves, nil when it was made by itself.
    public let constraintName: String?
}

/// What a constraint demands.
public enum ConstraintKind: Hashable, Sendable {
    /// No two entities have the same values for all the properties.
    case unique
    /// Every entity has the properties.
    case exists
    /// Both: every entity has the properties, and no two have the same values.
    case key
    /// The property, where there is one, has one of these types.
    case type([PropertyType])
}

/// The type of a property that a constraint can demand.
public struct PropertyType: Hashable, Sendable {
    /// The kind of the value, `.list` for lists.
    public let kind: ValueKind
    /// For lists, the kind of their elements; nil allows any.
    public let elementKind: ValueKind?

    /// Names a type.
    public init(_ kind: ValueKind, elementKind: ValueKind? = nil) {
        self.kind = kind
        self.elementKind = elementKind
    }
}

/// A rule about the nodes with a label, or the relationships of a type, that every commit keeps.
public struct ConstraintDefinition: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What it demands.
    public let kind: ConstraintKind
    /// Whether it is about nodes or relationships.
    public let entity: EntityKind
    /// The raw value of the label or of the relationship type.
    public let token: UInt32
    /// The properties it is about.
    public let properties: [PropertyKeyID]
    /// The index that serves it; nil when it needs none.
    public let index: IndexID?
}
