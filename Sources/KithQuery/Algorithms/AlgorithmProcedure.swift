import KithGraph
import KithValues

/// A graph algorithm as a procedure: takes a map of options, gives a row for each node of a projection,
/// and writes one of the columns back where it is told to.
struct AlgorithmProcedure: Procedure {
    let signature: ProcedureSignature
    /// The options that a call may have.
    let optionNames: [String]
    /// The way relationships lead where a call does not say; nil where the algorithm decides.
    let direction: Direction?
    /// The output that ``AlgorithmOptions/writeProperty`` stores.
    let writtenOutput: Int
    private let run: @Sendable (AlgorithmCall) throws(QueryError) -> AlgorithmRows

    /// Makes the procedure `algo.` + `name` with its own `options` beside those that all have.
    ///
    /// `direction` is the way relationships lead where a call does not say; nil if calls cannot say. The
    /// first of the outputs is the node; the one at `writing` is written back.
    init(
        _ name: String, _ summary: String, options: [String], direction: Direction?,
        isWeighted: Bool, outputs: [ProcedureSignature.Field], writing writtenOutput: Int = 1,
        run: @escaping @Sendable (AlgorithmCall) throws(QueryError) -> AlgorithmRows
    ) {
        signature = ProcedureSignature(
            name: "algo.\(name)", inputs: [.init("options", .map)], requiredInputCount: 0,
            outputs: outputs, writingOption: "writeProperty", summary: summary)
        self.direction = direction
        self.writtenOutput = writtenOutput
        self.run = run
        optionNames =
            ["labels", "types"] + (direction == nil ? [] : ["direction"])
            + (isWeighted ? ["weight", "defaultWeight"] : []) + options
            + ["writeProperty", "threads"]
    }

    func call(
        _ arguments: [Value], _ context: ProcedureContext
    ) throws(QueryError) -> any ProcedureCursor {
        let options = try AlgorithmOptions(arguments.first ?? .null, of: self)
        let property = try options.string("writeProperty")
        if property != nil, context.execution.writer == nil {
            throw QueryError(
                type: "TransactionError", detail: "ReadOnlyTransaction", phase: .runtime,
                message: "`writeProperty` writes, but the statement only reads",
                hint: "Run it in a write transaction, and name `writeProperty` in the text of the"
                    + " statement.")
        }
        let call = try AlgorithmCall(self, options, context)
        let rows = try run(call)
        if let property {
            try rows.write(writtenOutput, to: property, context.execution)
        }
        return AlgorithmCursor(rows, call)
    }
}
