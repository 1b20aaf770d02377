/// One query, or several joined by UNION.
public struct Query: Hashable, Sendable {
    /// The queries, at least one.
    public var branches: [SingleQuery]
    /// What stands between them; one fewer than `branches`.
    public var unions: [Union]
    /// Where it stands.
    @NotCompared public var span: SourceSpan

    /// `UNION` or `UNION ALL`.
    public struct Union: Hashable, Sendable {
        /// Whether equal rows are all kept.
        public var keepsDuplicates: Bool
        /// Where the keyword stands.
        @NotCompared public var span: SourceSpan
    }
}

/// Clauses that hand rows to each other.
public struct SingleQuery: Hashable, Sendable {
    /// The clauses in order, at least one.
    public var clauses: [Clause]
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// One clause of a query.
public indirect enum Clause: Hashable, Sendable {
    /// `MATCH`, `OPTIONAL MATCH`
    case match(MatchClause)
    /// `UNWIND`
    case unwind(UnwindClause)
    /// `WITH`
    case with(WithClause)
    /// `RETURN`
    case returning(ReturnClause)
    /// `CREATE`
    case create(CreateClause)
    /// `MERGE`
    case merge(MergeClause)
    /// `SET`
    case set(SetClause)
    /// `REMOVE`
    case remove(RemoveClause)
    /// `DELETE`, `DETACH DELETE`
    case delete(DeleteClause)
    /// `FOREACH`
    case forEach(ForEachClause)
    /// `CALL procedure(…)`
    case call(ProcedureCallClause)
    /// `CALL { … }`
    case subquery(SubqueryClause)
    /// `LOAD CSV`
    case loadCSV(LoadCSVClause)

    /// Whether it changes the graph by itself; clauses within it are not asked.
    public var isWriting: Bool {
        switch self {
        case .create, .merge, .set, .remove, .delete, .forEach: true
        case .match, .unwind, .with, .returning, .call, .subquery, .loadCSV: false
        }
    }

    /// Where it stands.
    public var span: SourceSpan {
        switch self {
        case .match(let clause): clause.span
        case .unwind(let clause): clause.span
        case .with(let clause): clause.span
        case .returning(let clause): clause.span
        case .create(let clause): clause.span
        case .merge(let clause): clause.span
        case .set(let clause): clause.span
        case .remove(let clause): clause.span
        case .delete(let clause): clause.span
        case .forEach(let clause): clause.span
        case .call(let clause): clause.span
        case .subquery(let clause): clause.span
        case .loadCSV(let clause): clause.span
        }
    }
}
