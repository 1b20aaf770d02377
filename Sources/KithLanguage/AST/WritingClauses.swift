/// `CREATE paths`
public struct CreateClause: Hashable, Sendable {
    /// The paths, at least one.
    public var paths: [PathPattern]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `MERGE path [ON CREATE SET …] [ON MATCH SET …]`
public struct MergeClause: Hashable, Sendable {
    /// The path to find or create.
    public var path: PathPattern
    /// What is set then, in order.
    public var actions: [MergeAction]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `ON CREATE SET items`, `ON MATCH SET items`
public struct MergeAction: Hashable, Sendable {
    /// When it is done.
    public enum Event: String, Hashable, Sendable, CaseIterable {
        /// The path was created.
        case create = "CREATE"
        /// The path was found.
        case match = "MATCH"
    }

    /// When it is done.
    public var event: Event
    /// What is done.
    public var items: [SetItem]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `SET items`
public struct SetClause: Hashable, Sendable {
    /// What is set, in order.
    public var items: [SetItem]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// One thing that SET does.
public struct SetItem: Hashable, Sendable {
    /// What it is.
    public var kind: Kind
    /// Where it stands.
    @NotCompared public var span: SourceSpan

    /// All kinds of thing that SET does.
    public enum Kind: Hashable, Sendable {
        /// `entity.key = value`
        case property(entity: Expression, key: Name, value: Expression)
        /// `entity[key] = value`
        case element(entity: Expression, key: Expression, value: Expression)
        /// `entity = map`
        case replaceAll(entity: Name, value: Expression)
        /// `entity += map`
        case addAll(entity: Name, value: Expression)
        /// `entity:A:B`
        case labels(entity: Name, [Name])
    }
}

/// `REMOVE items`
public struct RemoveClause: Hashable, Sendable {
    /// What is removed, in order.
    public var items: [RemoveItem]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// One thing that REMOVE does.
public struct RemoveItem: Hashable, Sendable {
    /// What it is.
    public var kind: Kind
    /// Where it stands.
    @NotCompared public var span: SourceSpan

    /// All kinds of thing that REMOVE does.
    public enum Kind: Hashable, Sendable {
        /// `entity.key`
        case property(entity: Expression, key: Name)
        /// `entity[key]`
        case element(entity: Expression, key: Expression)
        /// `entity:A:B`
        case labels(entity: Name, [Name])
    }
}

/// `[DETACH] DELETE entities`
public struct DeleteClause: Hashable, Sendable {
    /// Whether a node's relationships are deleted with it.
    public var isDetaching: Bool
    /// What is deleted.
    public var entities: [Expression]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `FOREACH (variable IN list | clauses)`
public struct ForEachClause: Hashable, Sendable {
    /// Stands for each element.
    public var variable: Name
    /// The elements.
    public var list: Expression
    /// What is done for each; writing clauses only.
    public var clauses: [Clause]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}
