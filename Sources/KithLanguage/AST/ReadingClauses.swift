/// `[OPTIONAL] MATCH pattern [WHERE condition]`
public struct MatchClause: Hashable, Sendable {
    /// Whether a row without a match is kept, with nulls.
    public var isOptional: Bool
    /// The pattern with its condition.
    public var pattern: GraphPattern
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `UNWIND list AS variable`
public struct UnwindClause: Hashable, Sendable {
    /// The list.
    public var list: Expression
    /// Stands for each element.
    public var variable: Name
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `WITH projection [WHERE condition]`
public struct WithClause: Hashable, Sendable {
    /// What is handed on.
    public var projection: Projection
    /// The condition after `WHERE`, on what is handed on.
    public var filter: Expression?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `RETURN projection`
public struct ReturnClause: Hashable, Sendable {
    /// What is returned.
    public var projection: Projection
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// What follows WITH and RETURN.
public struct Projection: Hashable, Sendable {
    /// Whether equal rows are dropped.
    public var isDistinct: Bool
    /// Whether `*` comes first: all variables.
    public var includesAll: Bool
    /// The items, in order; empty only with `*`.
    public var items: [ProjectionItem]
    /// `ORDER BY`, most significant first.
    public var order: [SortItem]
    /// `SKIP`, `OFFSET`
    public var skip: Expression?
    /// `LIMIT`
    public var limit: Expression?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `expression [AS alias]`
public struct ProjectionItem: Hashable, Sendable {
    /// The value.
    public var expression: Expression
    /// The name after `AS`.
    public var alias: Name?
    /// The text of the expression as it was written: the column's name where there is no alias.
    @NotCompared public var sourceText: String
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `expression [ASC | DESC]`
public struct SortItem: Hashable, Sendable {
    /// The value to sort by.
    public var expression: Expression
    /// Whether the greatest comes first.
    public var isDescending: Bool
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `CALL procedure(arguments) [YIELD …]`
public struct ProcedureCallClause: Hashable, Sendable {
    /// The procedure's name with its namespaces.
    public var name: QualifiedName
    /// The arguments; nil without parentheses: they are then parameters of the same names.
    public var arguments: [Expression]?
    /// What is taken of the procedure's rows; nil without `YIELD`.
    public var yield: YieldItems?
    /// The condition after the `WHERE` of `YIELD`.
    public var filter: Expression?
    /// Whether `OPTIONAL` stands before: a row for which the procedure has none is kept.
    public var isOptional: Bool
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// What `YIELD` takes.
public enum YieldItems: Hashable, Sendable {
    /// `*`
    case all
    /// `name, name AS alias`
    case items([YieldItem])
}

/// `name [AS alias]`
public struct YieldItem: Hashable, Sendable {
    /// The column of the procedure.
    public var name: Name
    /// The variable that it becomes, where it is not the column's name.
    public var alias: Name?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `CALL (imports) { query } [IN TRANSACTIONS …]`
public struct SubqueryClause: Hashable, Sendable {
    /// The variables that the query may use.
    public enum Imports: Hashable, Sendable {
        /// `CALL { … }`: those that the query's first `WITH` names.
        case leadingWith
        /// `CALL (*) { … }`: all.
        case all
        /// `CALL (a, b) { … }`: these.
        case variables([Name])
    }

    /// Whether `OPTIONAL` stands before: a row for which the query has none is kept.
    public var isOptional: Bool
    /// The variables that the query may use.
    public var imports: Imports
    /// The query.
    public var query: Query
    /// Present with `IN TRANSACTIONS`.
    public var batching: TransactionBatching?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `IN TRANSACTIONS [OF rows ROWS] [ON ERROR …] [REPORT STATUS AS variable]`
public struct TransactionBatching: Hashable, Sendable {
    /// What happens after a batch that failed.
    public enum ErrorBehaviour: String, Hashable, Sendable, CaseIterable {
        /// The statement fails.
        case fail = "FAIL"
        /// The next batch is tried.
        case proceed = "CONTINUE"
        /// No further batch is tried.
        case stop = "BREAK"
    }

    /// The number of rows a transaction.
    public var rowCount: Expression?
    /// What happens after a batch that failed.
    public var onError: ErrorBehaviour
    /// The variable that stands for each batch's outcome.
    public var statusVariable: Name?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}

/// `LOAD CSV [WITH HEADERS] FROM source AS variable [FIELDTERMINATOR 'c']`
public struct LoadCSVClause: Hashable, Sendable {
    /// Whether each row is a map by the first line's names.
    public var hasHeaders: Bool
    /// The file's name or address.
    public var source: Expression
    /// Stands for each row.
    public var variable: Name
    /// The text between fields; a comma where nil.
    public var fieldTerminator: Expression?
    /// Where it stands.
    @NotCompared public var span: SourceSpan
}
