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
    private var isByNode = false
    private var position = 0

    init(input: Input, byKeys: Way, byNode: (way: Way, keys: NodeGroupKeys)?) {
        self.input = input
        self.byKeys = byKeys
        self.byNode = byNode
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        let filled: Aggregation
        if let aggregation {
            filled = aggregation
        } else {
            filled = try fill(context)
            aggregation = filled
        }
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
        let fills = way.parts.map { Aggregation.Fill(Aggregation($0)) }
        try chain.run(context) { (task, context) throws(QueryError) in
            try fills[task.worker].add(task, context)
        } combine: { (_) throws(QueryError) in
        }
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
        switch input {
        case .rows(let input):
            let total = Aggregation(recipe, placesFor: room.ids)
            fills.append(total)
            try total.addAll(input, context, charged: &charged)
        case .parts(let chain):
            isOrdered = false
            let sets = byKeys.parts[..<room.sets].map {
                Aggregation.Fill(
                    Aggregation($0, placesFor: room.ids), isShared: room.sets < threads)
            }
            try chain.run(context) { (task, context) throws(QueryError) in
                try sets[task.worker % sets.count].add(task, context)
            } combine: { (_) throws(QueryError) in
            }
            charged = sets.reduce(0) { $0 + $1.chargedInBytes }
            fills = sets.filter { !$0.parts.isEmpty }.map { $0.aggregation }
        }
        let total = fills.first ?? Aggregation(recipe, placesFor: room.ids)
        for fill in fills.dropFirst() { try total.mergePlaces(fill) }
        guard !total.isUnfit, isOrdered || total.mayTakeAnyOrder else {
            context.memory.give(back: charged)
            return nil
        }
        try context.memory.take(total.sizeInBytes - charged)
        return total
    }

    override func restart() {
        if let aggregation {
            (isByNode ? byNode?.way : byKeys)?.end(aggregation)
            byNode?.keys.restart()
        }
        aggregation = nil
        position = 0
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
