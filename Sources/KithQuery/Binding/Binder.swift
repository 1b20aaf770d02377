import KithGraph
import KithLanguage
import KithValues

/// What the binder looks names up in.
public struct BindingEnvironment: Sendable {
    /// The labels, types and properties that exist, for warnings about those that do not.
    public var catalog: Catalog?
    /// The functions.
    public var functions: FunctionRegistry
    /// Gives the signature of a procedure by its name in any case.
    public var procedure: @Sendable (String) -> ProcedureSignature?
    /// Gives the kinds of value that a property of the nodes with a label has, as far as a look at
    /// some of them tells; none where nothing is known.
    public var kinds: @Sendable (_ label: String, _ property: String) -> StaticType.Kinds = {
        _, _ in []
    }
    /// All procedures' names, for suggestions.
    public var procedureNames: [String]

    /// Makes an environment.
    public init(
        catalog: Catalog? = nil, functions: FunctionRegistry = .standard,
        procedureNames: [String] = [],
        procedure: @escaping @Sendable (String) -> ProcedureSignature? = { _ in nil }
    ) {
        self.catalog = catalog
        self.functions = functions
        self.procedureNames = procedureNames
        self.procedure = procedure
    }
}

/// Start here for names and types: turns a query's tree into its bound form.
///
/// Every name becomes a variable's number, every expression gets a type, and every mistake that the
/// text alone shows is an error with openCypher's type and detail. One binder serves one statement.
///
/// - `Binder+Queries`, `Binder+Clauses`, `Binder+Calls`, `Binder+Updates`: what clauses do to a
///   ``Scope``;
/// - `Binder+Projections`, `Binder+Aggregation`, `Binder+Ordering`: WITH and RETURN;
/// - `Binder+Patterns`, `Binder+PatternElements`, `Binder+Creation`: patterns;
/// - `Binder+Expressions`, `Binder+Operators`, `Binder+Functions`, `Binder+Constructs`,
///   `Binder+Subqueries`: expressions;
/// - `BindingErrors`, `BindingWarnings`: the words for what is wrong.
public final class Binder {
    let environment: BindingEnvironment
    var variables: [VariableInfo] = []
    var parameters: [String] = []
    var parameterNames: Set<UTF8Key> = []
    var parameterSpans: [SourceSpan?] = []
    var warnings: [QueryWarning] = []
    var isWriting = false
    /// Where the statement makes transactions of its own, and the CALL of which nobody gets rows.
    var transactionsSpan: SourceSpan?
    var droppedRows: SourceSpan?
    /// The names that can be used now.
    var scope = Scope()
    /// Within a CALL { } the scope around it, which a WITH at its beginning may use.
    var importingScope: Scope?
    /// Where a projection has closed off what was in scope before it: that scope.
    var closedScope: Scope?
    /// The scopes around the CALL { } that the binder is in, outermost first.
    var callScopes: [Scope] = []
    /// The subqueries around what is being bound, outermost first.
    var frames: [SubqueryFrame] = []
    /// What may be done with aggregating functions where the binder is.
    var aggregation = AggregationMode.forbidden
    /// Whether a pattern may stand where the binder is, as a truth value.
    var allowsPattern = false
    /// The projections around that aggregate, outermost first.
    var groupings: [Grouping] = []
    /// What the projection at hand gives, for ORDER BY to refer to by the expression.
    var projectedItems = ProjectedExpressions()
    /// The names that comprehensions around give to their own variables.
    var localNames: [Name] = []
    /// The plain labels that patterns give to nodes.
    var labels: [VariableID: String] = [:]
    /// The labels, types and properties that the statement itself makes.
    var madeNames = MadeNames()

    init(_ environment: BindingEnvironment) {
        self.environment = environment
    }

    /// Binds a query.
    ///
    /// `nestingDepth`: ``Statement/nestingDepth``, which tells how much stack it takes.
    public static func bind(
        _ query: Query, nestingDepth: Int = 0, in environment: BindingEnvironment
    ) throws(QueryError) -> BoundStatement {
        try DeepStack.run(isNeeded: DeepStack.isNeeded(forDepth: nestingDepth)) {
            () throws(QueryError) in
            try Binder(environment).statement { (binder) throws(QueryError) in
                binder.madeNames.collect(query)
                return try binder.topLevel(query)
            }
        }
    }

    /// Binds SHOW, which calls the procedure `show.SUBJECT`, for example `show.labels`.
    public static func bind(
        _ show: ShowStatement, nestingDepth: Int = 0, in environment: BindingEnvironment
    ) throws(QueryError) -> BoundStatement {
        try DeepStack.run(isNeeded: DeepStack.isNeeded(forDepth: nestingDepth)) {
            () throws(QueryError) in
            try Binder(environment).statement { (binder) throws(QueryError) in
                try binder.show(show)
            }
        }
    }

    private func statement(
        _ body: (Binder) throws(QueryError) -> BoundQuery
    ) throws(QueryError) -> BoundStatement {
        let query = try body(self)
        return BoundStatement(
            query: query, variables: variables, parameters: parameters,
            parameterSpans: parameterSpans, isWriting: isWriting,
            transactionsSpan: transactionsSpan, warnings: warnings)
    }

    /// Makes a variable that the text names.
    func makeVariable(_ name: String, _ type: StaticType) -> VariableID {
        variables.append(VariableInfo(name: name, isNamed: true, type: type))
        return VariableID(variables.count - 1)
    }

    /// Makes a variable without a name in the text.
    func makeUnnamed(_ type: StaticType) -> VariableID {
        // A name in the text cannot hold a space unless quoted, nor then this one's number.
        let name = "  \(variables.count)"
        variables.append(VariableInfo(name: name, isNamed: false, type: type))
        return VariableID(variables.count - 1)
    }

    func type(of variable: VariableID) -> StaticType { variables[variable.index].type }
}
