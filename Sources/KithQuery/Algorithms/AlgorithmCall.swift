import KithGraph
import KithValues

/// One call of an algorithm's procedure: its options, its threads, and the memory it holds.
final class AlgorithmCall {
    let procedure: AlgorithmProcedure
    let options: AlgorithmOptions
    let execution: ExecutionContext
    /// The threads that compute.
    let team: WorkTeam
    private let wantedOutputs: Set<Int>
    private var reservedInBytes = 0

    /// The most threads that may be asked for.
    static let threadsMax = 1_024

    init(
        _ procedure: AlgorithmProcedure, _ options: AlgorithmOptions, _ context: ProcedureContext
    ) throws(QueryError) {
        self.procedure = procedure
        self.options = options
        execution = context.execution
        let isWriting = try options.string("writeProperty") != nil
        wantedOutputs = context.wantedOutputs.union(isWriting ? [procedure.writtenOutput] : [])
        let standard = max(1, min(execution.environment.options.threads, Self.threadsMax))
        let threads = try options.integer("threads", standard, in: 1...Self.threadsMax)
        let control = execution.control
        let deadline = execution.limits.deadlineInNanoseconds
        team = WorkTeam(count: threads) {
            control.isCancelled || deadline.map { MonotonicClock.nanoseconds() > $0 } ?? false
        }
    }

    deinit { release() }

    /// Whether the statement looks at an output, or it is written to a property.
    func wants(_ output: Int) -> Bool { wantedOutputs.contains(output) }

    /// Takes memory from the statement's budget until the call is over.
    func reserve(_ bytes: Int) throws(QueryError) {
        reservedInBytes += bytes
        if bytes > 0 {
            try execution.memory.take(bytes)
        } else {
            execution.memory.give(back: -bytes)
        }
    }

    /// Gives all memory back.
    func release() {
        execution.memory.give(back: reservedInBytes)
        reservedInBytes = 0
    }

    /// Runs a computation, which ends with the statement's error when it is stopped.
    func computing<Result>(
        _ body: (WorkTeam) throws(WorkStopped) -> Result
    ) throws(QueryError) -> Result {
        do {
            return try body(team)
        } catch {
            throw stopped()
        }
    }

    /// Why the computation was stopped.
    private func stopped() -> QueryError {
        do throws(QueryError) {
            try execution.checkpoint()
        } catch {
            return error
        }
        return QueryError(
            type: "ResourceError", detail: "Cancelled", phase: .runtime,
            message: "the statement was cancelled")
    }

    /// The part of the graph that the options say, with the lists that the algorithm reads;
    /// `direction` is the way that relationships lead whatever the options say.
    func projection(
        _ ways: GraphProjection.Ways, direction: Direction? = nil
    ) throws(QueryError) -> GraphProjection {
        let way: Direction
        if let direction {
            way = direction
        } else {
            way = try options.direction(procedure.direction ?? .outgoing)
        }
        let definition = try options.definition(direction: way)
        var failure: QueryError?
        do throws(ProjectionError) {
            return try execution.graph.projection(definition, ways: ways, team: team) {
                (bytes) throws(ProjectionError) in
                do throws(QueryError) {
                    try reserve(bytes)
                } catch {
                    failure = error
                    throw ProjectionError.stopped
                }
            }
        } catch {
            if let failure { throw failure }
            if case .stopped = error { throw stopped() }
            throw QueryError(projectionError: error, execution.graph.catalog)
        }
    }

    /// A projection in which no weight is below zero.
    func projectionWithoutNegativeWeights(
        _ ways: GraphProjection.Ways, direction: Direction? = nil
    ) throws(QueryError) -> GraphProjection {
        let projection = try projection(ways, direction: direction)
        let lists = ways.contains(.forward) ? projection.lists : projection.reversedLists
        if lists.smallestWeight < 0 {
            throw QueryError(
                type: "ArgumentError", detail: "InvalidArgumentValue", phase: .runtime,
                message: "a relationship has the weight \(lists.smallestWeight), and"
                    + " `\(procedure.signature.name)` takes none below 0")
        }
        return projection
    }

    /// The position of a node that an option names.
    func position(
        of node: NodeID, _ option: String, in projection: GraphProjection
    ) throws(QueryError) -> Int {
        if let position = projection.nodes.position(of: node) { return position }
        throw options.invalid(option, "must be one of the nodes that `labels` says")
    }
}
