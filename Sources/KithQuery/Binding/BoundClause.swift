import KithLanguage
import KithValues

/// A clause of a query, bound.
public indirect enum BoundClause: Sendable {
    /// MATCH and OPTIONAL MATCH.
    case match(BoundMatch)
    /// UNWIND list AS variable.
    case unwind(BoundExpression, variable: VariableID)
    /// WITH and RETURN.
    case project(BoundProjection)
    /// CREATE: makes what is not bound.
    case create(BoundPattern)
    /// MERGE.
    case merge(BoundMerge)
    /// SET and REMOVE: the changes in order.
    case set([BoundChange])
    /// DELETE and DETACH DELETE.
    case delete([BoundExpression], detach: Bool)
    /// FOREACH (variable IN list | updates).
    case forEach(variable: VariableID, list: BoundExpression, clauses: [BoundClause])
    /// CALL of a procedure.
    case callProcedure(BoundProcedureCall)
    /// CALL { … }.
    case callSubquery(BoundCallSubquery)
    /// LOAD CSV.
    case loadCSV(BoundLoadCSV)
}

/// MATCH and OPTIONAL MATCH, bound.
public struct BoundMatch: Sendable {
    /// Whether a row without a match is kept, with nulls.
    public let isOptional: Bool
    /// The pattern.
    public let pattern: BoundPattern
    /// The conditions of WHERE, and those written inside the pattern; all must be true.
    public let predicate: BoundExpression?

    /// Makes a match.
    public init(isOptional: Bool, pattern: BoundPattern, predicate: BoundExpression?) {
        self.isOptional = isOptional
        self.pattern = pattern
        self.predicate = predicate
    }
}

/// WITH and RETURN, bound.
///
/// In order: with `aggregates` empty, each item is evaluated for each row; otherwise rows are
/// grouped by `groupingKeys`, the aggregates are computed for each group, and the items are
/// evaluated over keys and aggregates. Then DISTINCT over the items; then `sortKeys`, evaluated
/// with the items in scope and, where neither DISTINCT nor aggregation forbids it, with the
/// variables of before; then SKIP and LIMIT; then `predicate` (the WHERE of a WITH).
public struct BoundProjection: Sendable {
    /// A variable and the expression that gives its value.
    public struct Item: Sendable {
        /// The variable it defines.
        public let variable: VariableID
        /// Its value.
        public let expression: BoundExpression

        /// Makes an item.
        public init(variable: VariableID, expression: BoundExpression) {
            self.variable = variable
            self.expression = expression
        }
    }

    /// A call of an aggregating function.
    public struct Aggregate: Sendable {
        /// The variable that holds its result for ``BoundProjection/items``.
        public let variable: VariableID
        /// The canonical lower-case name; `count(*)` is `count` without arguments.
        public let function: String
        /// Whether equal arguments count once.
        public internal(set) var isDistinct: Bool
        /// The arguments: the aggregated value, then any constants such as a percentile.
        public let arguments: [BoundExpression]
        /// Where it stands in the text.
        public let span: SourceSpan?

        /// Makes a call.
        public init(
            variable: VariableID, function: String, isDistinct: Bool,
            arguments: [BoundExpression], span: SourceSpan? = nil
        ) {
            self.variable = variable
            self.function = function
            self.isDistinct = isDistinct
            self.arguments = arguments
            self.span = span
        }
    }

    /// One key of ORDER BY.
    public struct SortKey: Sendable {
        /// What to order by.
        public let expression: BoundExpression
        /// Whether from largest to smallest.
        public let isDescending: Bool

        /// Makes a key.
        public init(expression: BoundExpression, isDescending: Bool) {
            self.expression = expression
            self.isDescending = isDescending
        }
    }

    /// The keys by which rows are grouped, where there are aggregates. Each is visible to items and
    /// sort keys under its variable.
    public var groupingKeys: [Item] = []
    /// The aggregates; empty where there are none. A projection with grouping keys but without
    /// aggregates does not occur.
    public var aggregates: [Aggregate] = []
    /// Whether the projection aggregates.
    public var isAggregating: Bool { !aggregates.isEmpty }
    /// The items, in order.
    public var items: [Item]
    /// Whether equal rows count once.
    public var isDistinct = false
    /// The keys to order by, most significant first.
    public var sortKeys: [SortKey] = []
    /// How many rows to leave out.
    public var skip: BoundExpression?
    /// How many rows to keep.
    public var limit: BoundExpression?
    /// The condition on the result (the WHERE of a WITH).
    public var predicate: BoundExpression?

    /// Makes a projection of these items; the rest is set afterwards.
    public init(items: [Item]) {
        self.items = items
    }
}

/// MERGE, bound.
public struct BoundMerge: Sendable {
    /// The pattern, found or created as a whole.
    public let pattern: BoundPattern
    /// What is set where it was created.
    public let onCreate: [BoundChange]
    /// What is set where it was found.
    public let onMatch: [BoundChange]

    /// Makes a merge.
    public init(pattern: BoundPattern, onCreate: [BoundChange], onMatch: [BoundChange]) {
        self.pattern = pattern
        self.onCreate = onCreate
        self.onMatch = onMatch
    }
}

/// One change of SET or REMOVE.
public enum BoundChange: Sendable {
    /// `SET entity.key = value`; null removes the property.
    case setProperty(BoundExpression, key: String, value: BoundExpression, span: SourceSpan?)
    /// `SET entity[key] = value`.
    case setDynamicProperty(
        BoundExpression, key: BoundExpression, value: BoundExpression, span: SourceSpan?)
    /// `SET entity = map`.
    case replaceProperties(BoundExpression, BoundExpression, span: SourceSpan?)
    /// `SET entity += map`.
    case mergeProperties(BoundExpression, BoundExpression, span: SourceSpan?)
    /// `SET node:A:B`.
    case addLabels(BoundExpression, [String], span: SourceSpan?)
    /// `REMOVE entity.key`.
    case removeProperty(BoundExpression, key: String, span: SourceSpan?)
    /// `REMOVE entity[key]`.
    case removeDynamicProperty(BoundExpression, key: BoundExpression, span: SourceSpan?)
    /// `REMOVE node:A:B`.
    case removeLabels(BoundExpression, [String], span: SourceSpan?)
}

/// CALL of a procedure, bound.
public struct BoundProcedureCall: Sendable {
    /// The procedure's full name as registered.
    public let name: String
    /// The arguments, one for each input.
    public let arguments: [BoundExpression]
    /// The outputs that are kept: position among the procedure's outputs, and the variable.
    public let yields: [Yield]
    /// OPTIONAL CALL: a row without a result is kept with nulls.
    public let isOptional: Bool
    /// The condition after YIELD.
    public let predicate: BoundExpression?
    /// Whether the call changes the graph by an option of its procedure.
    public let isWriting: Bool
    /// Where the name stands in the text.
    public let span: SourceSpan?

    /// One kept output.
    public struct Yield: Sendable {
        /// The position among the procedure's outputs.
        public let output: Int
        /// The variable that holds it.
        public let variable: VariableID

        /// Makes a kept output.
        public init(output: Int, variable: VariableID) {
            self.output = output
            self.variable = variable
        }
    }

    /// Makes a call.
    public init(
        name: String, arguments: [BoundExpression], yields: [Yield],
        isOptional: Bool = false, predicate: BoundExpression?, isWriting: Bool = false,
        span: SourceSpan? = nil
    ) {
        self.isOptional = isOptional
        self.name = name
        self.arguments = arguments
        self.yields = yields
        self.predicate = predicate
        self.isWriting = isWriting
        self.span = span
    }
}

/// CALL { … }, bound.
public struct BoundCallSubquery: Sendable {
    /// The query; its columns' variables become variables of the outer row.
    public let query: BoundQuery
    /// The outer variables it may read.
    public let imports: [VariableID]
    /// Whether the query has no RETURN, so that each outer row is kept once.
    public let isUnit: Bool
    /// OPTIONAL CALL: a row without a result is kept with nulls.
    public let isOptional: Bool
    /// IN TRANSACTIONS, where asked for.
    public let batching: Batching?

    /// How outer rows are divided into transactions.
    public struct Batching: Sendable {
        /// How many outer rows a transaction; nil for the default of 1,000.
        public let rowCount: BoundExpression?
        /// Whether a clause follows that gets the rows.
        public let keepsRows: Bool
        /// What an error does.
        public let onError: TransactionBatching.ErrorBehaviour
        /// The variable that holds the status map of each row's transaction.
        public let status: VariableID?

        /// Makes a division.
        public init(
            rowCount: BoundExpression?, keepsRows: Bool,
            onError: TransactionBatching.ErrorBehaviour, status: VariableID?
        ) {
            self.keepsRows = keepsRows
            self.rowCount = rowCount
            self.onError = onError
            self.status = status
        }
    }

    /// Makes a call.
    public init(
        query: BoundQuery, imports: [VariableID], isUnit: Bool, isOptional: Bool = false,
        batching: Batching? = nil
    ) {
        self.query = query
        self.imports = imports
        self.isUnit = isUnit
        self.isOptional = isOptional
        self.batching = batching
    }
}

/// LOAD CSV, bound.
public struct BoundLoadCSV: Sendable {
    /// The path or `file:` URL.
    public let source: BoundExpression
    /// Whether the first line names the columns; rows are then maps, else lists.
    public let hasHeaders: Bool
    /// The variable that holds a row.
    public let variable: VariableID
    /// The character between fields; nil for a comma.
    public let fieldTerminator: BoundExpression?
    /// Where it stands in the text.
    public let span: SourceSpan?

    /// Makes a load.
    public init(
        source: BoundExpression, hasHeaders: Bool, variable: VariableID,
        fieldTerminator: BoundExpression?,
        span: SourceSpan? = nil
    ) {
        self.source = source
        self.hasHeaders = hasHeaders
        self.variable = variable
        self.fieldTerminator = fieldTerminator
        self.span = span
    }
}
