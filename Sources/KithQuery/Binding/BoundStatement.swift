import KithLanguage

/// A query: one chain of clauses, or several joined by UNION.
public struct BoundQuery: Sendable {
    /// The chains joined by UNION, in order; one where there is no UNION.
    public let branches: [Branch]
    /// Whether UNION keeps equal rows (UNION ALL).
    public let keepsDuplicates: Bool
    /// The result's columns; empty for a query without RETURN. With several branches these are
    /// variables of their own, filled from each branch's.
    public let columns: [Column]

    /// One chain of clauses.
    public struct Branch: Sendable {
        /// The clauses, in order.
        public let clauses: [BoundClause]
        /// Where each of ``clauses`` stands; empty for clauses that the text does not write.
        public let clauseSpans: [SourceSpan]
        /// The variables that give the query's columns, in their order.
        public let columns: [VariableID]

        /// Makes a chain.
        public init(
            clauses: [BoundClause], clauseSpans: [SourceSpan] = [], columns: [VariableID]
        ) {
            self.clauses = clauses
            self.clauseSpans = clauseSpans
            self.columns = columns
        }
    }

    /// One column of the result.
    public struct Column: Sendable {
        /// The name that the user sees.
        public let name: String
        /// The variable that holds it.
        public let variable: VariableID

        /// Makes a column.
        public init(name: String, variable: VariableID) {
            self.name = name
            self.variable = variable
        }
    }

    /// Makes a query.
    public init(branches: [Branch], keepsDuplicates: Bool, columns: [Column]) {
        self.branches = branches
        self.keepsDuplicates = keepsDuplicates
        self.columns = columns
    }
}

/// A query with everything about it that the binder found out.
public struct BoundStatement: Sendable {
    /// The query.
    public let query: BoundQuery
    /// The variables, by ``VariableID/index``.
    public let variables: [VariableInfo]
    /// The names of the parameters it reads, in the order of their first use.
    public let parameters: [String]
    /// Where each of ``parameters`` stands first.
    public let parameterSpans: [SourceSpan?]
    /// Whether it may change the graph.
    public let isWriting: Bool
    /// Where it says that it makes transactions of its own: CALL { } IN TRANSACTIONS.
    public let transactionsSpan: SourceSpan?
    /// What the binder thinks the author should look at.
    public let warnings: [QueryWarning]

    /// Makes a statement.
    public init(
        query: BoundQuery, variables: [VariableInfo], parameters: [String],
        parameterSpans: [SourceSpan?], isWriting: Bool, transactionsSpan: SourceSpan? = nil,
        warnings: [QueryWarning]
    ) {
        self.transactionsSpan = transactionsSpan
        self.parameterSpans = parameterSpans
        self.query = query
        self.variables = variables
        self.parameters = parameters
        self.isWriting = isWriting
        self.warnings = warnings
    }
}

/// Something that is allowed but probably not meant, such as a label that no node has.
public struct QueryWarning: Sendable {
    /// Stable across releases, for example `UnknownLabel`.
    public let code: String
    /// One sentence.
    public let message: String
    /// Where in the text.
    public let span: SourceSpan?
    /// What may have been meant; at most three.
    public let suggestions: [String]

    /// Makes a warning.
    public init(code: String, message: String, span: SourceSpan?, suggestions: [String]) {
        self.code = code
        self.message = message
        self.span = span
        self.suggestions = suggestions
    }
}
