/// What an index or constraint is about: `(n:Label)` or `()-[r:TYPE]-()`.
public struct SchemaTarget: Hashable, Sendable {
    /// What it is about.
    public enum Entity: Hashable, Sendable {
        /// Nodes of a label.
        case node
        /// Relationships of a type.
        case relationship
    }

    /// Nodes or relationships.
    public var entity: Entity
    /// The variable that the properties are named with.
    public var variable: Name
    /// The label or type.
    public var name: Name
}

/// `CREATE [kind] INDEX [name] [IF NOT EXISTS] FOR target ON (properties)`
public struct CreateIndexStatement: Hashable, Sendable {
    /// The kinds of index.
    public enum IndexKind: String, Hashable, Sendable, CaseIterable {
        /// Ordered by value; also what `CREATE INDEX` means.
        case range = "RANGE"
        /// Of words.
        case text = "TEXT"
    }

    /// Which kind.
    public var kind: IndexKind
    /// Its name; made up where nil.
    public var name: Name?
    /// Whether an index that exists already is fine.
    public var ifNotExists: Bool
    /// What it is about.
    public var target: SchemaTarget
    /// The properties, in the order of the key.
    public var properties: [Name]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `CREATE CONSTRAINT [name] [IF NOT EXISTS] FOR target REQUIRE properties IS …`
public struct CreateConstraintStatement: Hashable, Sendable {
    /// What is required.
    public enum Requirement: Hashable, Sendable {
        /// `IS UNIQUE`
        case unique
        /// `IS NOT NULL`
        case exists
        /// `IS NODE KEY`, `IS RELATIONSHIP KEY`, `IS KEY`: unique and present.
        case key
        /// `IS :: TYPE`
        case type(ValueType)
    }

    /// Its name; made up where nil.
    public var name: Name?
    /// Whether a constraint that exists already is fine.
    public var ifNotExists: Bool
    /// What it is about.
    public var target: SchemaTarget
    /// The properties.
    public var properties: [Name]
    /// What is required of them.
    public var requirement: Requirement
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `DROP INDEX name [IF EXISTS]`, `DROP CONSTRAINT name [IF EXISTS]`
public struct DropStatement: Hashable, Sendable {
    /// The name.
    public var name: Name
    /// Whether it is fine that there is none.
    public var ifExists: Bool
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `SHOW subject [YIELD …] [WHERE …] [RETURN …]`
public struct ShowStatement: Hashable, Sendable {
    /// What can be shown.
    public enum Subject: String, Hashable, Sendable, CaseIterable {
        /// All indexes.
        case indexes = "INDEXES"
        /// All constraints.
        case constraints = "CONSTRAINTS"
        /// All labels.
        case labels = "LABELS"
        /// All relationship types.
        case types = "TYPES"
        /// All property names.
        case properties = "PROPERTIES"
        /// All functions.
        case functions = "FUNCTIONS"
        /// All procedures.
        case procedures = "PROCEDURES"
        /// All running transactions.
        case transactions = "TRANSACTIONS"
    }

    /// What is shown.
    public var subject: Subject
    /// Which columns; all where nil.
    public var yield: YieldItems?
    /// The condition after `WHERE`.
    public var filter: Expression?
    /// What is made of the rows.
    public var returning: ReturnClause?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}
