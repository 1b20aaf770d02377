/// One statement of a script.
public struct Statement: Hashable, Sendable {
    /// Whether the statement runs, or tells how it would or did run.
    public enum Mode: Hashable, Sendable {
        /// Runs.
        case run
        /// `EXPLAIN`: tells how it would run.
        case explain
        /// `PROFILE`: runs, and tells how it did.
        case profile
    }

    /// All kinds of statement.
    public enum Kind: Hashable, Sendable {
        /// A query, which may read and write.
        case query(Query)
        /// `CREATE INDEX`
        case createIndex(CreateIndexStatement)
        /// `DROP INDEX`
        case dropIndex(DropStatement)
        /// `CREATE CONSTRAINT`
        case createConstraint(CreateConstraintStatement)
        /// `DROP CONSTRAINT`
        case dropConstraint(DropStatement)
        /// `SHOW`
        case show(ShowStatement)
        /// `BEGIN`, `COMMIT`, `ROLLBACK`
        case transaction(TransactionCommand)
    }

    /// Whether it runs.
    public var mode: Mode
    /// What it is.
    public var kind: Kind
    /// How many levels a walk recurses at most over the tree, or over a plan with a step for each
    /// clause and relationship; use a ``DeepStack`` where it is many.
    @NotCompared public var nestingDepth: Int
    /// From its first word to its last; the `;` is not part of it.
    @NotCompared public var span: SourceSpan
}

/// `BEGIN`, `COMMIT`, `ROLLBACK`
public enum TransactionCommand: String, Hashable, Sendable, CaseIterable {
    /// Begins a transaction.
    case begin = "BEGIN"
    /// Makes its changes last.
    case commit = "COMMIT"
    /// Undoes its changes.
    case rollback = "ROLLBACK"
}
