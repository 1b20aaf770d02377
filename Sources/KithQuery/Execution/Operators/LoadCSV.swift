import KithGraph
import KithLanguage
import KithValues

/// LOAD CSV: a row for each record of a file, for each row of the input.
final class LoadCSV: Operator {
    private let input: Operator
    private let source: VectorExpression
    /// What errors call the file: as the statement does, so that they tell nothing that is stored.
    private let fileName: String
    private let terminator: VectorExpression?
    private let hasHeaders: Bool
    private let variable: VariableID
    private var batch: Batch?
    private var row = 0
    private var reader: DelimitedReader?

    init(
        input: Operator, source: VectorExpression, fileName: String,
        terminator: VectorExpression?, hasHeaders: Bool, variable: VariableID
    ) {
        self.input = input
        self.fileName = fileName
        self.source = source
        self.terminator = terminator
        self.hasHeaders = hasHeaders
        self.variable = variable
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if batch == nil {
            guard let next = try input.nextNonEmpty(context) else { return nil }
            batch = next
            row = 0
        }
        guard let batch else { return nil }
        if reader == nil { reader = try open(batch, context) }
        guard let reader else { return nil }
        var values: [Value] = []
        do {
            while values.count < context.batchSize, let fields = try reader.nextRow() {
                values.append(hasHeaders ? map(fields, reader.header) : list(fields))
            }
        } catch {
            throw failure(error, context)
        }
        let result = batch.repeated(row, count: values.count).with(variable, .of(values))
        if values.count < context.batchSize {
            self.reader = nil
            row += 1
            if row == batch.count { self.batch = nil }
        }
        return result
    }

    private func open(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> DelimitedReader {
        let single = batch.slice(from: row, count: 1)
        guard case .string(let location) = try source.evaluate(single, context).value(at: 0) else {
            throw QueryError(
                type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                message: "LOAD CSV needs the name of a file as a string", span: source.span)
        }
        var format = DelimitedFormat()
        format.hasHeader = hasHeaders
        if let terminator {
            guard case .string(let text) = try terminator.evaluate(single, context).value(at: 0),
                let byte = DelimitedFormat.singleByte(named: text)
            else {
                throw QueryError(
                    type: "ArgumentError", detail: "InvalidArgumentValue", phase: .runtime,
                    message: "FIELDTERMINATOR needs one ASCII character, or 'tab'",
                    span: terminator.span)
            }
            format.delimiter = byte
        }
        do {
            return try DelimitedReader(location: location, format: format) {
                () throws(ImportError) in
                do throws(QueryError) {
                    try context.checkpoint()
                } catch {
                    throw ImportError(.cancelled, error.message)
                }
            }
        } catch {
            throw failure(error, context)
        }
    }

    private func failure(_ error: ImportError, _ context: ExecutionContext) -> QueryError {
        if error.code == .cancelled {
            // The statement was, or its time is over: the wait for a pipe says no more than that.
            do throws(QueryError) { try context.checkpoint() } catch { return error }
        }
        return QueryError(
            type: "ExternalResourceFailed", detail: "LoadCSVFailed", phase: .runtime,
            message: Self.message(error, fileName), span: source.span)
    }

    /// What happened, behind the file and the place in it: `orders.csv:12:7: …`.
    private static func message(_ error: ImportError, _ file: String) -> String {
        let place = error.position.map { ":\($0.line):\($0.column)" } ?? ""
        return "\(file)\(place): \(error.message)"
    }

    private func list(_ fields: [String?]) -> Value {
        .list(fields.map { $0.map(Value.string) ?? .null })
    }

    private func map(_ fields: [String?], _ header: [String]) -> Value {
        var map = ValueMap()
        for (index, name) in header.enumerated() {
            map[name] = index < fields.count ? fields[index].map(Value.string) ?? .null : .null
        }
        return .map(map)
    }

    override func restart() {
        batch = nil
        reader = nil
        input.restart()
    }
}

/// The step of ``LoadCSV``.
struct LoadCSVStep: PlanStep {
    let load: BoundLoadCSV

    var name: String { "LoadCSV" }
    func details(_ names: VariableNames) -> String { names.name(load.variable) }

    private var fileName: String {
        switch load.source.kind {
        case .literal(.string(let text)): text
        case .parameter(let name): "the file of `$\(name)`"
        default: "the file"
        }
    }

    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        LoadCSV(
            input: inputs[0], source: try builder.compile(load.source), fileName: fileName,
            terminator: try builder.compile(load.fieldTerminator), hasHeaders: load.hasHeaders,
            variable: load.variable)
    }
}
