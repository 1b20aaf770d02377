import KithGraph
import KithLanguage
import KithValues

/// MERGE: row by row, so that each row finds what the rows before it made.
final class Merge: WritingOperator {
    private let creation: PatternCreation
    private let search: Operator
    private let cell: OuterCell
    private let onCreate: ChangeList
    private let onMatch: ChangeList
    private let result: [VariableID]
    private let span: SourceSpan?

    init(
        input: Operator, step: MergeStep, search: Operator, builder: OperatorBuilder
    ) throws(QueryError) {
        self.search = search
        cell = builder.cell(step.outer)
        creation = try PatternCreation(step.merge.pattern, builder)
        onCreate = try ChangeList(step.merge.onCreate, builder)
        onMatch = try ChangeList(step.merge.onMatch, builder)
        result = step.result
        span = step.merge.pattern.nodes.first?.span
        super.init(input: input)
    }

    override func write(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch {
        var parts: [Batch] = []
        for row in 0..<batch.count {
            let single = batch.slice(from: row, count: 1)
            try refuseUnfindable(single, context)
            cell.set(single)
            search.restart()
            var found: [Batch] = []
            while let match = try search.next(context) {
                if match.count > 0 { found.append(match.keeping(result)) }
            }
            if found.isEmpty {
                let created = try creation.create(single, context).keeping(result)
                context.noteChange()
                try onCreate.apply(created, context)
                parts.append(created)
            } else {
                for match in found { try onMatch.apply(match, context) }
                parts += found
            }
        }
        return Batch.concatenated(parts, width: context.variableCount)
    }

    /// Nothing equals null or NaN, so a pattern with such a property could never be found again.
    private func refuseUnfindable(
        _ row: Batch, _ context: ExecutionContext
    ) throws(QueryError) {
        for properties in try creation.evaluate(row, context) {
            guard let value = properties.valueEqualToNothing(0) else { continue }
            throw Self.unfindable(value, span: properties.span ?? span)
        }
    }

    /// Whether nothing equals the value, so that MERGE cannot look for it.
    static func isUnfindable(_ value: Value) -> Bool {
        if case .float(let number) = value { return number.isNaN }
        return value.isNull
    }

    /// The error of a MERGE that looks for a property with a value that equals nothing.
    static func unfindable(_ value: Value, span: SourceSpan?) -> QueryError {
        QueryError(
            type: "SemanticError", detail: "MergeReadOwnWrites", phase: .runtime,
            message: "MERGE cannot look for a property that is \(value.isNull ? "null" : "NaN")",
            span: span)
    }
}

/// The step of ``Merge``.
struct MergeStep: PlanStep {
    let merge: BoundMerge
    let search: PlanNode
    let outer: Int
    /// The variables of the rows it gives.
    let result: [VariableID]

    var name: String { "Merge" }
    var isWriting: Bool { true }
    var nested: [PlanNode] { [search] }
    func details(_ names: VariableNames) -> String { names.list(merge.pattern.newVariables) }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        try Merge(
            input: inputs[0], step: self, search: try builder.build(search), builder: builder)
    }
}

/// FOREACH: runs its clauses for each element of each row's list, one after the other.
final class ForEach: WritingOperator {
    private let list: VectorExpression
    private let variable: VariableID
    private let body: Operator
    private let cell: OuterCell

    init(
        input: Operator, list: VectorExpression, variable: VariableID, body: Operator,
        cell: OuterCell
    ) {
        self.list = list
        self.variable = variable
        self.body = body
        self.cell = cell
        super.init(input: input)
    }

    override func write(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch {
        for row in 0..<batch.count {
            let single = batch.slice(from: row, count: 1)
            let elements: [Value]
            switch try list.evaluate(single, context).value(at: 0) {
            case .null: continue
            case .list(let values): elements = values
            case let other: elements = [other]
            }
            for element in elements {
                cell.set(single.with(variable, .constant(element, count: 1)))
                body.restart()
                while try body.next(context) != nil {}
            }
        }
        return batch
    }
}

/// The step of ``ForEach``.
struct ForEachStep: PlanStep {
    let variable: VariableID
    let list: BoundExpression
    let body: PlanNode
    let outer: Int

    var name: String { "ForEach" }
    var isWriting: Bool { true }
    var nested: [PlanNode] { [body] }
    func details(_ names: VariableNames) -> String {
        "\(names.name(variable)) IN \(list.text(names))"
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        ForEach(
            input: inputs[0], list: try builder.compile(list), variable: variable,
            body: try builder.build(body), cell: builder.cell(outer))
    }
}
