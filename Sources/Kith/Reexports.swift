import KithGraph
import KithQuery
import KithValues

// The types of lower layers that belong to the library's own interface.

/// One value of the language.
public typealias Value = KithValues.Value
/// A map from strings to values, in the order in which its keys were set.
public typealias ValueMap = KithValues.ValueMap
/// The kinds of values.
public typealias ValueKind = KithValues.ValueKind
/// A reference to a node.
public typealias NodeID = KithValues.NodeID
/// A reference to a relationship.
public typealias RelationshipID = KithValues.RelationshipID
/// The nodes and relationships of a path.
public typealias PathValue = KithValues.PathValue
/// A day of the calendar.
public typealias CalendarDate = KithValues.CalendarDate
/// A time of day with no zone.
public typealias LocalTime = KithValues.LocalTime
/// A time of day with an offset from UTC.
public typealias ZonedTime = KithValues.ZonedTime
/// A date and a time of day with no zone.
public typealias LocalDateTime = KithValues.LocalDateTime
/// An instant with the zone it is seen in.
public typealias ZonedDateTime = KithValues.ZonedDateTime
/// An amount of calendar time.
public typealias CalendarDuration = KithValues.CalendarDuration
/// An exact amount of a currency.
public typealias Money = KithValues.Money
/// A currency of ISO 4217.
public typealias Currency = KithValues.Currency

/// How statements are planned and run; for tests and for finding out what a choice costs.
public typealias ExecutionOptions = KithQuery.ExecutionOptions
/// Loads many nodes and relationships at once, in one transaction.
public typealias BulkLoad = KithGraph.BulkLoad
/// A column of a batch to load.
public typealias BulkColumn = KithGraph.BulkColumn
/// Nodes being loaded that share labels and properties.
public typealias BulkNodeTable = KithGraph.BulkNodeTable
/// Relationships being loaded that share a type and properties.
public typealias BulkRelationshipTable = KithGraph.BulkRelationshipTable
/// Why a call on a graph failed.
public typealias GraphError = KithGraph.GraphError

/// What an import reads and what it makes of it.
public typealias ImportPlan = KithGraph.ImportPlan
/// How an import goes about its work.
public typealias ImportOptions = KithGraph.ImportOptions
/// How far an import has come.
public typealias ImportProgress = KithGraph.ImportProgress
/// What an import did.
public typealias ImportSummary = KithGraph.ImportSummary
/// Why an import stopped.
public typealias ImportError = KithGraph.ImportError
/// How the bytes of a delimited text file are to be read.
public typealias DelimitedFormat = KithGraph.DelimitedFormat
/// The encodings of text that an import reads.
public typealias TextEncoding = KithGraph.TextEncoding
/// Imports delimited text as one transaction.
public typealias GraphImporter = KithGraph.GraphImporter
/// Exports a graph as files that import to an equal one.
public typealias GraphExporter = KithGraph.GraphExporter
/// How a graph is opened.
public typealias GraphOptions = KithGraph.GraphOptions

/// The outside's hold on a running statement.
public typealias StatementControl = KithQuery.StatementControl
/// What a statement changed.
public typealias ChangeCounts = KithQuery.ChangeCounts
/// A procedure of a program's own.
public typealias Procedure = KithQuery.Procedure
/// A procedure's name, inputs and outputs.
public typealias ProcedureSignature = KithQuery.ProcedureSignature
/// The rows of one call of a procedure.
public typealias ProcedureCursor = KithQuery.ProcedureCursor
/// What a procedure works with.
public typealias ProcedureContext = KithQuery.ProcedureContext
/// The kinds of value an expression may have, as far as the statement's text tells.
public typealias StaticType = KithQuery.StaticType
/// What is wrong with a statement, as the query engine sees it.
public typealias QueryError = KithQuery.QueryError
