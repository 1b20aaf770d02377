import KithValues

/// A procedure: rows computed from arguments, called with CALL.
public protocol Procedure: Sendable {
    /// Its name, inputs and outputs.
    var signature: ProcedureSignature { get }

    /// Begins a call; the cursor gives the rows.
    func call(_ arguments: [Value], _ context: ProcedureContext) throws(QueryError)
        -> any ProcedureCursor
}

/// The rows of one call of a procedure, batch by batch.
public protocol ProcedureCursor: AnyObject {
    /// Appends some of the remaining rows, each with a value for every output; false when there
    /// are no more.
    func next(into rows: inout [[Value]]) throws(QueryError) -> Bool
}

/// The rows of a procedure that has them column by column.
protocol VectorCursor: ProcedureCursor {
    /// The next rows, with a vector for each of the outputs asked for.
    func next(outputs: [Int]) throws(QueryError) -> VectorRows
}

/// Some rows of a procedure, column by column.
struct VectorRows {
    /// The number of rows.
    var count: Int
    /// A vector for each output that was asked for.
    var vectors: [Vector]
    /// Whether there are more rows.
    var hasMore: Bool
}

/// What a procedure works with.
public final class ProcedureContext {
    let execution: ExecutionContext
    /// The outputs that the statement looks at, by position.
    let wantedOutputs: Set<Int>

    init(_ execution: ExecutionContext, wantedOutputs: Set<Int>) {
        self.execution = execution
        self.wantedOutputs = wantedOutputs
    }

    /// Throws when the statement was cancelled or its time is over; to be called now and then.
    public func checkpoint() throws(QueryError) { try execution.checkpoint() }
}

/// The procedures of a database, by name without regard to case.
public struct ProcedureRegistry: Sendable {
    private var byName: [String: any Procedure] = [:]

    /// Makes a registry of `procedures`.
    public init(_ procedures: [any Procedure] = []) {
        for procedure in procedures { add(procedure) }
    }

    /// Adds a procedure; one of the same name is replaced.
    public mutating func add(_ procedure: any Procedure) {
        byName[procedure.signature.name.lowercased()] = procedure
    }

    /// The procedure of a name in any case.
    public func procedure(_ name: String) -> (any Procedure)? { byName[name.lowercased()] }

    /// Every procedure, by name.
    public var all: [any Procedure] {
        byName.values.sorted { $0.signature.name < $1.signature.name }
    }
}
