import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// The typed states of aggregates against the accumulators of their functions.
struct AggregationTests {
    private static let names = ["count", "sum", "avg", "min", "max", "collect"]

    private func call(_ name: String, isDistinct: Bool) throws -> AggregateCall {
        AggregateCall(
            variable: VariableID(2),
            function: try #require(FunctionRegistry.standard.aggregate(name)),
            isDistinct: isDistinct, argument: VariableReference(VariableID(1), span: nil),
            constants: [], span: nil)
    }

    private func batch(_ keys: Vector, _ arguments: Vector) -> Batch {
        var batch = Batch(count: keys.count, width: 4)
        batch[VariableID(0)] = keys
        batch[VariableID(1)] = arguments
        return batch
    }

    /// The results by group, or the detail of the error that the rows raise.
    private func outcome(
        _ body: () throws -> [Value]
    ) -> String {
        do {
            return try body().map { "\($0)" }.joined(separator: ", ")
        } catch {
            return "error"
        }
    }

    /// What the accumulators say, row by row.
    private func plain(_ call: AggregateCall, _ batches: [Batch], hasKeys: Bool) throws -> [Value] {
        var accumulators: [any Accumulator] = hasKeys ? [] : [try call.function.makeAccumulator([])]
        var groups: [GroupingKey: Int] = [:]
        var seen: [Set<GroupingKey>] = hasKeys ? [] : [[]]
        for batch in batches {
            for row in 0..<batch.count {
                var group = 0
                if hasKeys {
                    let key = GroupingKey(batch[VariableID(0)].value(at: row))
                    if groups[key] == nil {
                        groups[key] = accumulators.count
                        accumulators.append(try call.function.makeAccumulator([]))
                        seen.append([])
                    }
                    group = groups[key] ?? 0
                }
                let value = batch[VariableID(1)].value(at: row)
                if call.isDistinct, !seen[group].insert(GroupingKey(value)).inserted { continue }
                try accumulators[group].add(value, multiplicity: 1)
            }
        }
        return try accumulators.map { try $0.result() }
    }

    private func results(
        _ aggregation: Aggregation, _ context: ExecutionContext
    ) throws -> [Value] {
        let rows = try aggregation.rows(0..<aggregation.groupCount, context)
        return (0..<rows.count).map { rows[VariableID(2)].value(at: $0) }
    }

    @Test("aggregates give what their accumulators give", arguments: 0..<120)
    func agrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let context = try TestGraph().context()
        let name = Self.names.randomElement(using: &generator) ?? "count"
        let call = try call(name, isDistinct: Bool.random(using: &generator))
        let hasKeys = Bool.random(using: &generator)
        let keyKind = RandomVectors.kind(using: &generator)
        var kind = RandomVectors.kind(using: &generator)
        var batches: [Batch] = []
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            if Int.random(in: 0..<5, using: &generator) == 0 {
                kind = RandomVectors.kind(using: &generator)
            }
            let count = [1, 40, 700].randomElement(using: &generator) ?? 1
            batches.append(
                batch(
                    RandomVectors.vector(keyKind, count: count, using: &generator),
                    RandomVectors.vector(kind, count: count, using: &generator)))
        }
        let keys =
            hasKeys
            ? [
                Project.Item(
                    variable: VariableID(0),
                    expression: VariableReference(VariableID(0), span: nil))
            ] : []
        let expected = outcome { try plain(call, batches, hasKeys: hasKeys) }
        let found = outcome {
            let whole = Aggregation(.init(keys: keys, calls: [call]))
            for batch in batches { try whole.add(batch, context) }
            return try results(whole, context)
        }
        #expect(found == expected, "seed \(seed): \(name)")
        // Float sums depend on where the parts begin.
        if [.floats, .mixed, .hugeIntegers].contains(kind) { return }
        let merged = outcome {
            let all = Aggregation(.init(keys: keys, calls: [call]))
            for pair in stride(from: 0, to: batches.count, by: 2) {
                let part = Aggregation(.init(keys: keys, calls: [call]))
                for batch in batches[pair..<min(pair + 2, batches.count)] {
                    try part.add(batch, context)
                }
                part.detach()
                try all.merge(part)
            }
            return try results(all, context)
        }
        #expect(merged == expected, "seed \(seed): \(name), merged")
        var isShared = true
        let shared = outcome {
            let all = try filled(batches, call: call, keys: keys, context, &generator)
            isShared = all != nil
            return try all.map { try results($0, context) } ?? []
        }
        if isShared { #expect(shared == expected, "seed \(seed): \(name), shared out") }
    }

    /// What several threads would have filled with the batches; nil where the order of rows matters.
    private func filled(
        _ batches: [Batch], call: AggregateCall, keys: [Project.Item], _ context: ExecutionContext,
        _ generator: inout SeededGenerator
    ) throws -> Aggregation? {
        let recipe = Aggregation.Recipe(keys: keys, calls: [call])
        let fills = (0..<3).map { _ in Aggregation.Fill(Aggregation(recipe)) }
        for (part, batch) in batches.enumerated() {
            let input = PartInput()
            input.begin(.batches([batch]))
            let worker = Int.random(in: 0..<3, using: &generator)
            try fills[worker].add(.init(worker: worker, part: part, input: input), context)
        }
        let total = Aggregation(recipe)
        guard fills.allSatisfy({ $0.aggregation.mayTakeAnyOrder }) else { return nil }
        try total.merge(fills)
        return total.mayTakeAnyOrder ? total : nil
    }

    @Test("groups by nodes that have places give what accumulators give", arguments: 0..<80)
    func placesAgree(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed + 500)
        let context = try TestGraph().context()
        let name = ["count", "sum", "avg", "min", "max"].randomElement(using: &generator) ?? "sum"
        let call = try call(name, isDistinct: false)
        let kind = RandomVectors.kind(using: &generator)
        let nodes: Range<UInt64> = 4_000..<4_000 + UInt64.random(in: 1...90, using: &generator)
        let batches = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
            let count = [1, 40, 300].randomElement(using: &generator) ?? 1
            let ids = (0..<count).map { _ in UInt64.random(in: nodes, using: &generator) }
            return batch(
                .ids(.node, ids), RandomVectors.vector(kind, count: count, using: &generator))
        }
        let key = Project.Item(
            variable: VariableID(0), expression: VariableReference(VariableID(0), span: nil))
        let recipe = Aggregation.Recipe(
            keys: [key], calls: [call], places: NodePlaces(node: VariableID(0), label: "L"))
        let total = Aggregation(recipe, placesFor: nodes)
        let second = Aggregation(recipe, placesFor: nodes)
        var hasRows = false
        let found = outcome {
            for (number, batch) in batches.enumerated() {
                let isSecond = number > 0 && Bool.random(using: &generator)
                hasRows = hasRows || isSecond
                try (isSecond ? second : total).add(batch, context)
            }
            if hasRows {
                try total.mergePlaces(
                    second, threads: Int.random(in: 1...3, using: &generator),
                    groupsAtOnce: Int.random(in: 1...50, using: &generator))
            }
            if total.isUnfit { return [] }
            return try results(total, context)
        }
        let floats: [RandomVectors.Kind] = [.floats, .mixed, .hugeIntegers]
        if total.isUnfit || floats.contains(kind) { return }
        let expected = outcome {
            var order: [UInt64] = []
            for batch in batches {
                let ids = batch[VariableID(0)]
                for row in 0..<batch.count where !order.contains(ids.ids[ids.position(row)]) {
                    order.append(ids.ids[ids.position(row)])
                }
            }
            let values = try plain(call, batches, hasKeys: true)
            return zip(order, values).sorted { $0.0 < $1.0 }.map { $0.1 }
        }
        #expect(found == expected, "seed \(seed): \(name) of \(kind)")
    }

    @Test("rows without a node, or of other nodes, have no places")
    func unfit() throws {
        let context = try TestGraph().context()
        let recipe = Aggregation.Recipe(
            keys: [], calls: [try call("count", isDistinct: false)],
            places: NodePlaces(node: VariableID(0), label: "L"))
        for ids: [UInt64] in [[99], [110], [.max], [100, 105, 99], [100, 110]] {
            let aggregation = Aggregation(recipe, placesFor: 100..<110)
            try aggregation.add(batch(.ids(.node, ids), .ids(.node, ids)), context)
            #expect(aggregation.isUnfit)
        }
        let fit = Aggregation(recipe, placesFor: 100..<110)
        try fit.add(batch(.ids(.node, [109, 100]), .ids(.node, [1, 2])), context)
        #expect(!fit.isUnfit)
        try fit.add(batch(.nulls(count: 1), .nulls(count: 1)), context)
        #expect(fit.isUnfit)
    }

    @Test("sums past 64 bits are exact while they are added, and an error where they end")
    func overflows() throws {
        let context = try TestGraph().context()
        let call = try call("sum", isDistinct: false)
        func sum(_ numbers: [Int64]) throws -> [Value] {
            let aggregation = Aggregation(.init(keys: [], calls: [call]))
            let values = Vector.of(numbers.map { .integer($0) })
            try aggregation.add(batch(values, values), context)
            return try results(aggregation, context)
        }
        #expect(try "\(sum([.max, .max, -.max, -.max, 7]))" == "\([Value.integer(7)])")
        #expect(throws: QueryError.self) { try sum([.max, 1]) }
    }

    @Test("a row that stands for several counts as often", arguments: 0..<20)
    func weights(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for name in ["count", "sum", "avg", "collect"] {
            let call = try call(name, isDistinct: false)
            let kind: RandomVectors.Kind =
                [.smallIntegers, .wideIntegers, .wholeFloats].randomElement(using: &generator)
                ?? .smallIntegers
            let values = RandomVectors.values(kind, count: 50, hasNulls: true, using: &generator)
            let weights = values.map { _ in Int64.random(in: 1...4, using: &generator) }
            let weighted = AggregateState.make(call)
            try weighted.add(
                Vector.of(values), [],
                AggregateRows(
                    count: values.count, groups: nil, groupCount: 1,
                    weights: Vector.of(weights.map { .integer($0) })))
            let repeated = zip(values, weights).flatMap { value, weight in
                Array(repeating: value, count: Int(weight))
            }
            let plain = AggregateState.make(call)
            try plain.add(
                Vector.of(repeated), [],
                AggregateRows(count: repeated.count, groups: nil, groupCount: 1))
            #expect(
                try "\(weighted.results(0..<1).value(at: 0))"
                    == "\(plain.results(0..<1).value(at: 0))",
                "seed \(seed): \(name)")
        }
    }
}
