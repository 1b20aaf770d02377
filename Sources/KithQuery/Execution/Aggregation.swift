import KithLanguage
import KithValues

/// Groups and aggregates that rows are added to: what one thread of a statement fills.
///
/// Several of them, filled with consecutive parts of the rows, are merged in the order of the parts;
/// the result is as if one had seen all rows, but for the rounding of float sums, which depends on
/// where the parts begin and on nothing else.
final class Aggregation {
    /// What is grouped and aggregated, compiled for one thread.
    struct Recipe {
        let keys: [Project.Item]
        let calls: [AggregateCall]
        /// The variable that says how many rows each row stands for; nil where it is one.
        var weight: VariableID?
        /// The node that all rows of a group have in common, where the groups of the rows follow
        /// each other; nil where they may come in any order.
        var runs: VariableID?
    }

    private let recipe: Recipe
    private let grouping: RowGrouping?
    /// Instead of ``grouping``, where groups follow each other.
    private let runs: RunGrouping?
    private let states: [AggregateState]

    init(_ recipe: Recipe) {
        self.recipe = recipe
        runs = recipe.runs.map { RunGrouping(keys: recipe.keys, node: $0) }
        grouping =
            recipe.keys.isEmpty || recipe.runs != nil ? nil : RowGrouping(keys: recipe.keys)
        states = recipe.calls.map { AggregateState.make($0) }
    }

    /// The number of groups: without keys one, even of no rows.
    var groupCount: Int { runs?.count ?? grouping?.count ?? 1 }

    /// Adds the rows of a batch, which has some.
    func add(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        var groups = try runs?.groups(of: batch, context)
        if let grouping { groups = try grouping.groups(of: batch, context) }
        let rows = AggregateRows(
            count: batch.count, groups: groups, groupCount: groupCount,
            weights: recipe.weight.map { batch[$0] })
        for (call, state) in zip(recipe.calls, states) {
            let argument = try call.argument?.evaluate(batch, context)
            var constants: [Vector] = []
            for constant in call.constants {
                constants.append(try constant.evaluate(batch, context))
            }
            try state.add(argument, constants, rows)
        }
    }

    /// Adds all rows of an operator; `charged` is what the memory account was charged for it already.
    func addAll(
        _ input: Operator, _ context: ExecutionContext, charged: inout Int
    ) throws(QueryError) {
        while let batch = try input.next(context) {
            guard batch.count > 0 else { continue }
            try add(batch, context)
            let size = sizeInBytes
            try context.memory.take(size - charged)
            charged = size
        }
    }

    /// Whether its result, but for the last digit of float sums, is the same in whatever order rows
    /// come, as far as the rows so far tell.
    var mayTakeAnyOrder: Bool { states.allSatisfy { $0.mayTakeAnyOrder } }

    /// An aggregation that one thread fills with parts of the rows.
    final class Fill {
        let aggregation: Aggregation
        /// The parts so far, with the number of groups before each.
        private(set) var parts: [(part: Int, firstGroup: Int)] = []
        private(set) var chargedInBytes = 0

        init(_ aggregation: Aggregation) { self.aggregation = aggregation }

        func add(_ task: ParallelChain.Task, _ context: ExecutionContext) throws(QueryError) {
            parts.append((task.part, aggregation.groupCount))
            try aggregation.addAll(task.input, context, charged: &chargedInBytes)
        }
    }

    /// Takes over what threads have filled, into an aggregation without rows. Groups are numbered in the
    /// order of the parts, and within a part as its thread did: so in the order of their first rows.
    func merge(_ fills: [Fill]) throws(QueryError) {
        var numbers = fills.map { _ in [Int32]() }
        if let grouping {
            var ranges: [(part: Int, fill: Int, groups: Range<Int>)] = []
            for (index, fill) in fills.enumerated() {
                for (position, part) in fill.parts.enumerated() {
                    let end =
                        position + 1 < fill.parts.count
                        ? fill.parts[position + 1].firstGroup : fill.aggregation.groupCount
                    if part.firstGroup < end {
                        ranges.append((part.part, index, part.firstGroup..<end))
                    }
                }
            }
            ranges.sort { $0.part < $1.part }
            for (_, fill, groups) in ranges {
                guard let theirs = fills[fill].aggregation.grouping else { continue }
                numbers[fill] += grouping.merge(theirs, groups)
            }
        } else {
            numbers = fills.map { _ in [0] }
        }
        for (fill, groups) in zip(fills, numbers) where !fill.parts.isEmpty {
            for (state, theirs) in zip(states, fill.aggregation.states) {
                try state.merge(theirs, groups: groups, groupCount: groupCount)
            }
        }
    }

    /// Makes it independent of the expressions of the thread that filled it, which then may be merged
    /// by another one.
    func detach() { grouping?.detach() }

    /// Adds what another aggregation by the same keys and calls has; its rows come after those here.
    func merge(_ other: Aggregation) throws(QueryError) {
        var groups: [Int32] = [0]
        if let grouping, let theirs = other.grouping { groups = grouping.merge(theirs) }
        for (state, theirs) in zip(states, other.states) {
            try state.merge(theirs, groups: groups, groupCount: groupCount)
        }
    }

    /// The rows of some groups.
    func rows(_ range: Range<Int>, width: Int) throws(QueryError) -> Batch {
        var batch = Batch(count: range.count, width: width)
        for (index, key) in recipe.keys.enumerated() {
            batch[key.variable] =
                runs?.keyVector(index, range) ?? grouping?.keyVector(index, range)
                ?? .nulls(count: range.count)
        }
        for (call, state) in zip(recipe.calls, states) {
            batch[call.variable] = try state.results(range)
        }
        return batch
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int {
        (runs?.sizeInBytes ?? grouping?.sizeInBytes ?? 0) + states.reduce(0) { $0 + $1.sizeInBytes }
    }
}
