import KithGraph
import KithLanguage
import KithValues

/// Groups rows by keys and computes aggregates for each group; groups come in the order of their
/// first row, or of their nodes where each has a place. Without keys there is one group, even of no
/// rows.
final class Aggregate: Operator {
    /// Where the rows come from.
    enum Input {
        case rows(Operator)
        case parts(ParallelChain)
    }

    /// What to group by and to aggregate.
    final class Way {
        let recipe: Aggregation.Recipe
        /// The same for each thread of a chain.
        let parts: [Aggregation.Recipe]
        /// An aggregation without rows, left by an earlier run.
        private var spare: Aggregation?

        init(_ recipe: Aggregation.Recipe, parts: [Aggregation.Recipe]) {
            self.recipe = recipe
            self.parts = parts
        }

        /// An aggregation without rows.
        func begin() -> Aggregation {
            defer { spare = nil }
            return spare ?? Aggregation(recipe)
        }

        /// Aggregations with places for nodes, left by an earlier run, by the number of their recipe.
        private var spareSets: [Int: (aggregation: Aggregation, memory: KeptMemory)] = [:]

        /// Aggregations without rows that have places for these nodes, for each thread one.
        func beginSets(_ count: Int, placesFor ids: Range<UInt64>) -> [Aggregation] {
            defer { spareSets = [:] }
            let spares = (0..<count).map { number in
                spareSets[number].flatMap {
                    $0.aggregation.hasPlaces(for: ids) ? $0.aggregation : nil
                }
            }
            let known = spares.compactMap { $0 }
            if known.count == count { return known }
            var sets: [Aggregation] = []
            WorkerThreads.inTurn(count: count) { number in
                let recipe = parts.isEmpty ? recipe : parts[number]
                sets.append(spares[number] ?? Aggregation(recipe, placesFor: ids))
            }
            return sets
        }

        /// Takes back an aggregation with places that is needed no more.
        func end(_ set: Aggregation, number: Int, budgetInBytes: Int) {
            let memory = KeptMemory()
            guard memory.take(set.sizeInBytes, budgetInBytes: budgetInBytes), set.resetPlaces()
            else { return }
            spareSets[number] = (set, memory)
        }

        /// Takes back an aggregation that is needed no more.
        func end(_ aggregation: Aggregation) {
            if aggregation.reset() { spare = aggregation }
        }
    }

    private let input: Input
    private let byKeys: Way
    /// A way that is tried first: by a node that the keys are read from when all rows are in.
    private let byNode: (way: Way, keys: NodeGroupKeys)?
    private var aggregation: Aggregation?
    /// The number of the recipe of ``aggregation``, where nodes have places.
    private var setInUse: (number: Int, budgetInBytes: Int)?
    private var isByNode = false
    private var position = 0

    init(input: Input, byKeys: Way, byNode: (way: Way, keys: NodeGroupKeys)?) {
        self.input = input
        self.byKeys = byKeys
        self.byNode = byNode
    }

    private func filled(_ context: ExecutionContext) throws(QueryError) -> Aggregation {
        if let aggregation { return aggregation }
        let filled = try fill(context)
        aggregation = filled
        return filled
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        let filled = try filled(context)
        let total = filled.groupCount
        guard position < total else { return nil }
        let range = position..<min(total, position + context.batchSize)
        position = range.upperBound
        var batch = try filled.rows(range, context)
        if isByNode { try byNode?.keys.exchange(&batch, range, context) }
        return batch
    }

    private func fill(_ context: ExecutionContext) throws(QueryError) -> Aggregation {
        isByNode = false
        setInUse = nil
        if let places = byKeys.recipe.places {
            if let filled = try fillPlaces(places, context) { return filled }
            restartInput()
        }
        if let (way, keys) = byNode {
            let filled = try fill(way, context)
            isByNode = try keys.read(filled, context)
            if isByNode { return filled }
            context.memory.give(back: filled.sizeInBytes)
            restartInput()
        }
        return try fill(byKeys, context)
    }

    private func fill(_ way: Way, _ context: ExecutionContext) throws(QueryError) -> Aggregation {
        let total = way.begin()
        var charged = 0
        switch input {
        case .rows(let input): try total.addAll(input, context, charged: &charged)
        case .parts(let chain):
            if total.mayTakeAnyOrder {
                if let filled = try fillAnyOrder(chain, way, context) { return filled }
                chain.restart()
            }
            try chain.run(context) {
                (task, context) throws(QueryError) -> (Aggregation, Int) in
                let part = Aggregation(way.parts[task.worker])
                var charged = 0
                try part.addAll(task.input, context, charged: &charged)
                part.detach()
                return (part, charged)
            } combine: { (part, partCharged) throws(QueryError) in
                try total.merge(part)
                let size = total.sizeInBytes
                try context.memory.take(size - charged - partCharged)
                charged = size
            }
        }
        return total
    }

    /// Lets each thread fill one aggregation with all of its parts; nil where the rows turn out to be
    /// such that their order may matter to an aggregate.
    private func fillAnyOrder(
        _ chain: ParallelChain, _ way: Way, _ context: ExecutionContext
    ) throws(QueryError) -> Aggregation? {
        let perThread = PerThread<Aggregation.Fill>(way.parts.count)
        try chain.run(context) { (task, context) throws(QueryError) in
            let fill = perThread.own(task.worker) {
                Aggregation.Fill(Aggregation(way.parts[task.worker]))
            }
            try fill.add(task, context)
        } combine: { (_) throws(QueryError) in
        }
        let fills = perThread.all
        let charged = fills.reduce(0) { $0 + $1.chargedInBytes }
        let total = Aggregation(way.recipe)
        var isGood = fills.allSatisfy { $0.aggregation.mayTakeAnyOrder }
        if isGood {
            try total.merge(fills)
            isGood = total.mayTakeAnyOrder
        }
        guard isGood else {
            context.memory.give(back: charged)
            return nil
        }
        try context.memory.take(total.sizeInBytes - charged)
        return total
    }

    /// Lets each thread fill one aggregation in which every node has a place; nil where there is no room
    /// for that, or rows come for which it does not do.
    private func fillPlaces(
        _ places: NodePlaces, _ context: ExecutionContext
    ) throws(QueryError) -> Aggregation? {
        let recipe = byKeys.recipe
        let threads = max(byKeys.parts.count, 1)
        guard
            let room = try places.range(
                aggregates: recipe.calls.count, threads: threads, context)
        else { return nil }
        var fills: [Aggregation] = []
        var charged = 0
        var isOrdered = true
        let all = byKeys.beginSets(room.sets, placesFor: room.ids)
        let budget = context.graph.decodedBudgetInBytes
        switch input {
        case .rows(let input):
            fills = all
            try all[0].addAll(input, context, charged: &charged)
        case .parts(let chain):
            isOrdered = false
            let sets = all.map { Aggregation.Fill($0, isShared: room.sets < threads) }
            try chain.run(context) { (task, context) throws(QueryError) in
                try sets[task.worker % sets.count].add(task, context)
            } combine: { (_) throws(QueryError) in
            }
            charged = sets.reduce(0) { $0 + $1.chargedInBytes }
            fills = sets.filter { !$0.parts.isEmpty }.map { $0.aggregation }
        }
        let total = fills.first ?? all[0]
        for fill in fills.dropFirst() { try total.mergePlaces(fill, threads: threads) }
        for (number, set) in all.enumerated() {
            if set === total {
                setInUse = (number, budget)
            } else {
                byKeys.end(set, number: number, budgetInBytes: budget)
            }
        }
        guard !total.isUnfit, isOrdered || total.mayTakeAnyOrder else {
            context.memory.give(back: charged)
            setInUse = nil
            return nil
        }
        try context.memory.take(total.sizeInBytes - charged)
        return total
    }

    override func restart() {
        position = 0
        if let aggregation, let (number, budget) = setInUse {
            byKeys.end(aggregation, number: number, budgetInBytes: budget)
        } else if let aggregation {
            (isByNode ? byNode?.way : byKeys)?.end(aggregation)
            byNode?.keys.restart()
        }
        aggregation = nil
        setInUse = nil
        restartInput()
    }

    private func restartInput() {
        switch input {
        case .rows(let input): input.restart()
        case .parts(let chain): chain.restart()
        }
    }

    override var mayRunAgain: Bool {
        switch input {
        case .rows(let input): input.mayRunAgain
        case .parts(let chain): chain.mayRunAgain
        }
    }
}

extension Aggregate: PieceSource {
    /// The rows of some groups.
    private struct Piece: RowPiece {
        let aggregation: Aggregation
        let groups: Range<Int>
        let batchSize: Int

        var count: Int { (groups.count + batchSize - 1) / batchSize }

        func batch(_ index: Int, _ context: ExecutionContext) throws(QueryError) -> Batch? {
            let start = groups.lowerBound + index * batchSize
            let rows = try aggregation.rows(
                start..<min(start + batchSize, groups.upperBound), context)
            return rows.count > 0 ? rows : nil
        }
    }

    func beginPieces(_ context: ExecutionContext) throws(QueryError) -> Bool {
        try filled(context).givesRowsToThreads && !isByNode
    }

    func takePiece(
        chunkCount: Int, _ context: ExecutionContext
    ) throws(QueryError) -> (any RowPiece)? {
        let aggregation = try filled(context)
        guard position < aggregation.groupCount else { return nil }
        let end = min(position + chunkCount * GraphLimits.slotsPerChunk, aggregation.groupCount)
        defer { position = end }
        return Piece(
            aggregation: aggregation, groups: position..<end, batchSize: context.batchSize)
    }
}
