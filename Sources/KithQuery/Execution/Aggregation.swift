import KithGraph
import KithLanguage
import KithValues
import Synchronization

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
        /// The node that is grouped by, where every node may have a place of its own.
        var places: NodePlaces?
    }

    private let recipe: Recipe
    private let grouping: RowGrouping?
    /// Instead of ``grouping``, where groups follow each other.
    private let runs: RunGrouping?
    /// Instead of ``grouping``, where every node has a place.
    private let places: NodeGrouping?
    private let states: [AggregateState]
    /// Whether rows came for which places do not do; the result is then of no use.
    private(set) var isUnfit = false

    /// With `ids`, the nodes that the recipe groups by have places, one for each of these.
    init(_ recipe: Recipe, placesFor ids: Range<UInt64>? = nil) {
        self.recipe = recipe
        runs = recipe.runs.map { RunGrouping(keys: recipe.keys, node: $0) }
        places = ids.map { NodeGrouping($0) }
        grouping =
            recipe.keys.isEmpty || recipe.runs != nil || ids != nil
            ? nil : RowGrouping(keys: recipe.keys)
        states = recipe.calls.map { AggregateState.make($0) }
    }

    /// The number of groups: without keys one, even of no rows. Where nodes have places, each is one.
    var groupCount: Int { places?.count ?? runs?.count ?? grouping?.count ?? 1 }

    /// Adds the rows of a batch, which has some.
    func add(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        var groups = try runs?.groups(of: batch, context)
        if let grouping { groups = try grouping.groups(of: batch, context) }
        if let places, let node = recipe.places?.node {
            groups = places.groups(of: batch[node], count: batch.count)
            isUnfit = isUnfit || groups == nil
            if isUnfit { return }
        }
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
            if places != nil { isUnfit = isUnfit || !state.isPlain }
        }
    }

    /// Adds all rows of an operator; `charged` is what the memory account was charged for it already.
    func addAll(
        _ input: Operator, _ context: ExecutionContext, charged: inout Int
    ) throws(QueryError) {
        while let batch = try input.next(context) {
            guard batch.count > 0 else { continue }
            try add(batch, context)
            if isUnfit { return }
            let size = sizeInBytes
            try context.memory.take(size - charged)
            charged = size
        }
    }

    /// Whether its result, but for the last digit of float sums, is the same in whatever order rows
    /// come, as far as the rows so far tell.
    var mayTakeAnyOrder: Bool { states.allSatisfy { $0.mayTakeAnyOrder } }

    /// An aggregation that one thread, or several in turn, fill with parts of the rows.
    final class Fill {
        let aggregation: Aggregation
        /// The parts so far, with the number of groups before each.
        private(set) var parts: [(part: Int, firstGroup: Int)] = []
        private(set) var chargedInBytes = 0
        /// Lets in one thread at a time, where several fill it.
        private let monitor: Monitor?

        init(_ aggregation: Aggregation, isShared: Bool = false) {
            self.aggregation = aggregation
            monitor = isShared ? Monitor() : nil
        }

        func add(_ task: ParallelChain.Task, _ context: ExecutionContext) throws(QueryError) {
            guard let monitor else {
                parts.append((task.part, aggregation.groupCount))
                var charged = chargedInBytes
                defer { chargedInBytes = charged }
                try aggregation.addAll(task.input, context, charged: &charged)
                return
            }
            while let batch = try task.input.nextNonEmpty(context) {
                monitor.lock()
                defer { monitor.unlock() }
                parts.append((task.part, aggregation.groupCount))
                try aggregation.add(batch, context)
                if aggregation.isUnfit { return }
                let size = aggregation.sizeInBytes
                try context.memory.take(size - chargedInBytes)
                chargedInBytes = size
            }
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

    /// Takes over what another aggregation has whose groups have the same places: each thread that of
    /// some groups.
    func mergePlaces(
        _ other: Aggregation, threads: Int, groupsAtOnce: Int = mergedAtOnce
    ) throws(QueryError) {
        isUnfit = isUnfit || other.isUnfit
        guard let places, let theirs = other.places, !isUnfit else { return }
        var shared: [(state: AggregateState, theirs: AggregateState)] = []
        for (state, theirs) in zip(states, other.states) {
            if state.beginParts(with: theirs, groupCount: groupCount) {
                shared.append((state, theirs))
            } else {
                try state.mergeAligned(theirs, groupCount: groupCount)
            }
        }
        let blocks = (groupCount + groupsAtOnce - 1) / groupsAtOnce
        let next = Atomic<Int>(0)
        let left = Guarded<[(pair: Int, groups: Range<Int>)]>([])
        WorkerThreads.run(count: min(threads, blocks)) { _ in
            while true {
                let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard block < blocks else { return }
                let start = block * groupsAtOnce
                let groups = start..<min(start + groupsAtOnce, groupCount)
                places.merge(theirs, groups)
                for (index, pair) in shared.enumerated()
                where !pair.state.mergePart(of: pair.theirs, groups) {
                    left.withLock { $0.append((index, groups)) }
                }
            }
        }
        for (index, groups) in left.withLock({ $0 }) {
            try shared[index].state.mergeRest(of: shared[index].theirs, groups)
        }
        isUnfit = !states.allSatisfy { $0.isPlain }
    }

    /// A thread merges so many groups at once.
    static let mergedAtOnce = 16_384

    /// Whether several threads may each ask for the rows of some groups: where every node has a place,
    /// and nothing but the node is to be found of a group.
    var givesRowsToThreads: Bool {
        guard places != nil, let node = recipe.places?.node else { return false }
        return recipe.keys.allSatisfy { ($0.expression as? VariableReference)?.variable == node }
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

    /// Some groups' values of a key.
    func keyVector(_ index: Int, _ range: Range<Int>) -> Vector {
        runs?.keyVector(index, range) ?? grouping?.keyVector(index, range)
            ?? .nulls(count: range.count)
    }

    /// The rows of some groups; where nodes have places, only groups that have rows give one.
    func rows(
        _ range: Range<Int>, _ context: ExecutionContext
    ) throws(QueryError) -> Batch {
        let width = context.variableCount
        if let places { return try rows(of: places, range, context) }
        var batch = Batch(count: range.count, width: width)
        for (index, key) in recipe.keys.enumerated() {
            batch[key.variable] = keyVector(index, range)
        }
        for (call, state) in zip(recipe.calls, states) {
            batch[call.variable] = try state.results(range)
        }
        return batch
    }

    private func rows(
        of places: NodeGrouping, _ range: Range<Int>, _ context: ExecutionContext
    ) throws(QueryError) -> Batch {
        let used = places.used(in: range)
        var batch = Batch(count: used.count, width: context.variableCount)
        guard let node = recipe.places?.node, !used.isEmpty else { return batch }
        batch[node] = used.withUnsafeBufferPointer { places.nodes($0, from: range.lowerBound) }
        let nodes = batch
        for key in recipe.keys {
            batch[key.variable] = try key.expression.evaluate(nodes, context)
        }
        if !recipe.keys.contains(where: { $0.variable == node }) { batch.remove(node) }
        for (call, state) in zip(recipe.calls, states) {
            let all = try state.results(range)
            batch[call.variable] =
                used.count == range.count
                ? all
                : used.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map { all.gathered($0, count: used.count) } ?? all
                }
        }
        return batch
    }

    /// Whether these are the nodes that have places.
    func hasPlaces(for ids: Range<UInt64>) -> Bool { places?.ids == ids }

    /// Forgets all rows, as if just made, and keeps its memory for others; false where it cannot or
    /// holds much.
    func reset() -> Bool {
        guard runs == nil, places == nil, sizeInBytes <= Self.keptInBytesMax else { return false }
        return grouping?.reset() != false && states.allSatisfy { $0.reset() }
    }

    /// Forgets all rows, and keeps the places and their memory; false where it cannot.
    func resetPlaces() -> Bool {
        guard let places, !isUnfit else { return false }
        places.reset()
        return states.allSatisfy { $0.reset() }
    }

    /// An aggregation of at most so many bytes may wait for another run.
    private static let keptInBytesMax = 256 << 10

    /// The bytes it holds, roughly.
    var sizeInBytes: Int {
        (places?.sizeInBytes ?? runs?.sizeInBytes ?? grouping?.sizeInBytes ?? 0)
            + states.reduce(0) { $0 + $1.sizeInBytes }
    }
}
