import KithLanguage
import KithValues

extension ExpressionCompiler {
    /// The expressions that are always computed row by row.
    func compileRowwise(_ expression: BoundExpression) throws(QueryError) -> VectorExpression {
        let span = expression.span
        switch expression.kind {
        case .list(let elements):
            return RowwiseExpression(try compile(elements), span: span) {
                (values, _) throws(ValueError) in
                try Value.nesting(values)
            }
        case .map(let entries):
            let keys = entries.map { $0.key }
            return RowwiseExpression(try compile(entries.map { $0.value }), span: span) {
                (values, _) throws(ValueError) in
                try Value.nesting(ValueMap(Array(zip(keys, values))))
            }
        case .negate(let operand):
            return RowwiseExpression([try compile(operand)], span: span) {
                (values, _) throws(ValueError) in
                try Value.negate(values[0])
            }
        case .subscripted(let subject, let index):
            return SubscriptExpression(try compile(subject), try compile(index), span: span)
        case .slice(let subject, let from, let to):
            return try compileSlice(subject, from, to, span)
        case .isOfType(let operand, let type, let negated):
            return RowwiseExpression([try compile(operand)], span: span) { values, _ in
                .boolean(ScalarOperators.isOfType(values[0], type) != negated)
            }
        case .mapProjection(let subject, let items):
            return try MapProjectionExpression(
                subject: compile(subject), items: items, compiler: self, span: span)
        default: preconditionFailure("not an expression computed row by row")
        }
    }

    private func compileSlice(
        _ subject: BoundExpression, _ from: BoundExpression?, _ to: BoundExpression?,
        _ span: SourceSpan?
    ) throws(QueryError) -> VectorExpression {
        var operands = [try compile(subject)]
        if let from { operands.append(try compile(from)) }
        if let to { operands.append(try compile(to)) }
        let (hasStart, hasEnd) = (from != nil, to != nil)
        return RowwiseExpression(operands, span: span) { (values, _) throws(ValueError) in
            try ScalarOperators.slice(
                values[0], from: hasStart ? values[1] : nil,
                to: hasEnd ? values[hasStart ? 2 : 1] : nil)
        }
    }

    /// A call of a function; `coalesce` evaluates its arguments only where they are needed.
    func compileFunction(
        _ name: String, _ arguments: [BoundExpression], _ expression: BoundExpression
    ) throws(QueryError) -> VectorExpression {
        let span = expression.span
        if name == "coalesce" {
            var operands: [(expression: VectorExpression, reads: [VariableID])] = []
            for argument in arguments {
                operands.append((try compile(argument), argument.freeVariables.sorted()))
            }
            return CoalesceExpression(operands, span: span)
        }
        guard let function = builder.functions.scalar(name) else {
            throw QueryError(
                type: "SyntaxError", detail: "UnknownFunction", phase: .compile,
                message: "there is no function `\(name)`", span: span)
        }
        let body = function.body
        let propagatesNull = function.propagatesNull
        return RowwiseExpression(
            try compile(arguments), isDeterministic: function.isDeterministic, span: span
        ) { (values, context) throws(ValueError) in
            if propagatesNull {
                for value in values where value.isNull { return .null }
            }
            return try body(values, context.functionContext)
        }
    }
}

/// `IN`, `STARTS WITH`, `ENDS WITH`, `CONTAINS` and `=~`.
final class PredicateExpression: VectorExpression {
    private let predicate: BinaryOperator
    private let left: VectorExpression
    private let right: VectorExpression

    init(
        _ predicate: BinaryOperator, _ left: VectorExpression, _ right: VectorExpression,
        span: SourceSpan?
    ) {
        self.predicate = predicate
        self.left = left
        self.right = right
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        try test(left.evaluate(batch, context), right.evaluate(batch, context))
    }

    override func truthCodes(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        let subjects = try left.evaluate(batch, context)
        let operands = try right.evaluate(batch, context)
        if predicate == .isIn, let codes = MembershipKernel.codes(subjects, operands) {
            return codes
        }
        return try TruthVector.codes(test(subjects, operands), span: span)
    }

    private func test(_ subjects: Vector, _ operands: Vector) throws(QueryError) -> Vector {
        if subjects.layout == .string, operands.layout == .string, predicate != .matches,
            predicate != .isIn
        {
            return StringKernels.test(predicate, subjects, operands)
        }
        if predicate == .isIn, let codes = MembershipKernel.codes(subjects, operands) {
            return TruthVector.vector(codes)
        }
        var values: [Value] = []
        values.reserveCapacity(subjects.count)
        do {
            for row in 0..<subjects.count {
                values.append(try apply(subjects.value(at: row), operands.value(at: row)))
            }
        } catch {
            throw QueryError(error, span: span)
        }
        return .of(values)
    }

    private func apply(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        switch predicate {
        case .isIn: return try ScalarOperators.isIn(left, right)
        case .startsWith: return ScalarOperators.startsWith(left, right)
        case .endsWith: return ScalarOperators.endsWith(left, right)
        case .contains: return ScalarOperators.contains(left, right)
        case .matches: return try ScalarOperators.matches(left, right)
        default: preconditionFailure("\(predicate.rawValue) is no predicate")
        }
    }
}

/// `subject[index]`: lists and maps by value, nodes and relationships by property name.
final class SubscriptExpression: VectorExpression {
    private let subject: VectorExpression
    private let index: VectorExpression

    init(_ subject: VectorExpression, _ index: VectorExpression, span: SourceSpan?) {
        self.subject = subject
        self.index = index
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let subjects = try subject.evaluate(batch, context)
        let indexes = try index.evaluate(batch, context)
        var values: [Value] = []
        values.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            let (subject, index) = (subjects.value(at: row), indexes.value(at: row))
            switch (subject, index) {
            case (.node, .string(let key)), (.relationship, .string(let key)):
                values.append(
                    try EntityReading.property(key, of: subject, context, span: span))
            default:
                do {
                    values.append(try ScalarOperators.subscripted(subject, index))
                } catch {
                    throw QueryError(error, span: span)
                }
            }
        }
        return .of(values)
    }
}

/// `n {.a, .*, b: x}`.
final class MapProjectionExpression: VectorExpression {
    private enum Item {
        case property(String)
        case allProperties
        case entry(String, VectorExpression)
    }

    private let subject: VectorExpression
    private let items: [Item]

    init(
        subject: VectorExpression, items: [BoundMapProjectionItem], compiler: ExpressionCompiler,
        span: SourceSpan?
    ) throws(QueryError) {
        self.subject = subject
        var compiled: [Item] = []
        for item in items {
            switch item {
            case .property(let key): compiled.append(.property(key))
            case .allProperties: compiled.append(.allProperties)
            case .entry(let key, let value):
                compiled.append(.entry(key, try compiler.compile(value)))
            }
        }
        self.items = compiled
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let subjects = try subject.evaluate(batch, context)
        var entries: [Vector?] = []
        for item in items {
            if case .entry(_, let value) = item {
                entries.append(try value.evaluate(batch, context))
            } else {
                entries.append(nil)
            }
        }
        var values: [Value] = []
        values.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            let subject = subjects.value(at: row)
            if subject.isNull {
                values.append(.null)
                continue
            }
            var map = ValueMap()
            for (index, item) in items.enumerated() {
                switch item {
                case .property(let key):
                    map[key] = try EntityReading.property(key, of: subject, context, span: span)
                case .allProperties:
                    let all = try EntityReading.properties(of: subject, context, span: span)
                    for entry in all?.entries ?? [] { map[entry.key] = entry.value }
                case .entry(let key, _): map[key] = entries[index]?.value(at: row) ?? .null
                }
            }
            do {
                values.append(try Value.nesting(map))
            } catch {
                throw QueryError(error, span: span)
            }
        }
        return .of(values)
    }
}
