import KithLanguage
import KithValues

/// The elements of a vector of lists as one long batch, so that what is asked of each element runs
/// over vectors too.
struct FlattenedLists {
    /// For each row of the original batch, where its elements begin; nil where it holds no list.
    let starts: [Int?]
    /// How many elements each row has.
    let counts: [Int]
    /// The outer variables that are read, repeated for each element, and the element itself.
    let batch: Batch

    /// Flattens `lists`.
    ///
    /// - Throws: `TypeError`/`InvalidArgumentType` when a row holds something that is neither a list
    ///   nor null.
    init(
        _ lists: Vector, of outer: Batch, variable: VariableID, reads: [VariableID],
        span: SourceSpan?, _ made: inout MadeValues, _ context: ExecutionContext
    ) throws(QueryError) {
        var starts: [Int?] = []
        var counts: [Int] = []
        var rows: [Int32] = []
        var elements: [Value] = []
        for row in 0..<outer.count {
            switch lists.value(at: row) {
            case .null:
                starts.append(nil)
                counts.append(0)
            case .list(let list):
                starts.append(elements.count)
                counts.append(list.count)
                try made.add(elements: list.count, context)
                elements.append(contentsOf: list)
                rows.append(contentsOf: repeatElement(Int32(row), count: list.count))
            case let other:
                throw QueryError(
                    type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                    message: "expected a list, found \(other.kind.name)", span: span)
            }
        }
        self.starts = starts
        self.counts = counts
        batch = outer.keeping(reads.filter { $0 != variable && outer.vector($0) != nil })
            .gathered(rows).with(variable, .of(elements))
    }
}

/// `[x IN list WHERE predicate | projection]`.
final class ListComprehensionExpression: VectorExpression {
    private let variable: VariableID
    private let list: VectorExpression
    private let predicate: VectorExpression?
    private let projection: VectorExpression?
    private let reads: [VariableID]

    init(
        variable: VariableID, list: VectorExpression, predicate: VectorExpression?,
        projection: VectorExpression?, reads: [VariableID], span: SourceSpan?
    ) {
        self.variable = variable
        self.list = list
        self.predicate = predicate
        self.projection = projection
        self.reads = reads
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let lists = try list.evaluate(batch, context)
        var made = MadeValues()
        defer { made.giveBack(context) }
        let flat = try FlattenedLists(
            lists, of: batch, variable: variable, reads: reads, span: list.span, &made, context)
        var keeps = [Bool](repeating: true, count: flat.batch.count)
        var inner = flat.batch
        if let predicate, inner.count > 0 {
            let kept = TruthVector.trueRows(try predicate.truthCodes(inner, context))
            keeps = [Bool](repeating: false, count: inner.count)
            for row in kept { keeps[Int(row)] = true }
            inner = inner.gathered(kept)
        }
        let results =
            inner.count == 0
            ? Vector.nulls(count: 0) : try projection?.evaluate(inner, context) ?? inner[variable]
        var next = 0
        var values: [Value] = []
        values.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            guard let start = flat.starts[row] else {
                values.append(.null)
                continue
            }
            var elements: [Value] = []
            for element in start..<(start + flat.counts[row]) where keeps[element] {
                elements.append(results.value(at: next))
                next += 1
            }
            try made.add(elements: elements.count, context)
            do {
                values.append(try Value.nesting(elements))
            } catch {
                throw QueryError(error, span: span)
            }
        }
        return .of(values)
    }
}

/// `all`, `any`, `none` and `single` over the elements of a list.
final class QuantifierListExpression: VectorExpression {
    private let quantifier: QuantifierExpression.Quantifier
    private let variable: VariableID
    private let list: VectorExpression
    private let predicate: VectorExpression
    private let reads: [VariableID]

    init(
        _ quantifier: QuantifierExpression.Quantifier, variable: VariableID,
        list: VectorExpression, predicate: VectorExpression, reads: [VariableID], span: SourceSpan?
    ) {
        self.quantifier = quantifier
        self.variable = variable
        self.list = list
        self.predicate = predicate
        self.reads = reads
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let lists = try list.evaluate(batch, context)
        var made = MadeValues()
        defer { made.giveBack(context) }
        let flat = try FlattenedLists(
            lists, of: batch, variable: variable, reads: reads, span: list.span, &made, context)
        var codes: [UInt8] = []
        if flat.batch.count > 0 {
            codes = try TruthVector.codes(
                predicate.evaluate(flat.batch, context), span: predicate.span)
        }
        let truths = (0..<batch.count).map { row -> UInt8 in
            guard let start = flat.starts[row] else { return 2 }
            return verdict(codes[start..<(start + flat.counts[row])])
        }
        return TruthVector.vector(truths)
    }

    /// The quantifier over the truth codes of one list's elements.
    private func verdict(_ codes: ArraySlice<UInt8>) -> UInt8 {
        let hasUnknown = codes.contains(2)
        switch quantifier {
        case .all: return codes.contains(0) ? 0 : (hasUnknown ? 2 : 1)
        case .any: return codes.contains(1) ? 1 : (hasUnknown ? 2 : 0)
        case .none: return codes.contains(1) ? 0 : (hasUnknown ? 2 : 1)
        case .single:
            let known = codes.count { $0 == 1 }
            if known > 1 { return 0 }
            return hasUnknown ? 2 : (known == 1 ? 1 : 0)
        }
    }
}

/// `reduce(accumulator = initial, x IN list | step)`: element by element, all rows side by side.
final class ReduceListExpression: VectorExpression {
    private let accumulator: VariableID
    private let initial: VectorExpression
    private let variable: VariableID
    private let list: VectorExpression
    private let step: VectorExpression

    init(
        accumulator: VariableID, initial: VectorExpression, variable: VariableID,
        list: VectorExpression, step: VectorExpression, span: SourceSpan?
    ) {
        self.accumulator = accumulator
        self.initial = initial
        self.variable = variable
        self.list = list
        self.step = step
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let lists = try list.evaluate(batch, context)
        let start = try initial.evaluate(batch, context)
        var state = (0..<batch.count).map { start.value(at: $0) }
        var elements: [[Value]] = []
        for row in 0..<batch.count {
            switch lists.value(at: row) {
            case .list(let list): elements.append(list)
            case .null:
                state[row] = .null
                elements.append([])
            case let other:
                throw QueryError(
                    type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                    message: "expected a list, found \(other.kind.name)", span: list.span)
            }
        }
        var position = 0
        while true {
            let rows = elements.indices.filter { elements[$0].count > position }.map { Int32($0) }
            if rows.isEmpty { break }
            let inner = batch.gathered(rows)
                .with(variable, .of(rows.map { elements[Int($0)][position] }))
                .with(accumulator, .of(rows.map { state[Int($0)] }))
            let next = try step.evaluate(inner, context)
            for (index, row) in rows.enumerated() { state[Int(row)] = next.value(at: index) }
            position += 1
            try context.checkpoint()
        }
        return .of(state)
    }
}
