import KithLanguage
import KithValues

/// Groups rows by keys and computes aggregates for each group; groups come in the order of their
/// first row, or of their nodes where each has a place. Without keys there is one group, even of no
/// rows.
final class Aggregate: Operator {
    /// Where the rows come from.
    private enum Input {
        case rows(Operator)
        /// A chain, with what each of its threads fills.
        case parts(ParallelChain, [Aggregation.Recipe])
    }

    private let input: Input
    private let recipe: Aggregation.Recipe
    private var aggregation: Aggregation?
    private var position = 0

    init(input: Operator, recipe: Aggregation.Recipe) {
        self.input = .rows(input)
        self.recipe = recipe
    }

    /// `parts` has a recipe for each thread of the chain.
    init(chain: ParallelChain, parts: [Aggregation.Recipe], recipe: Aggregation.Recipe) {
        input = .parts(chain, parts)
        self.recipe = recipe
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
        return try filled.rows(range, context)
    }

    private func fill(_ context: ExecutionContext) throws(QueryError) -> Aggregation {
        if let places = recipe.places {
            if let filled = try fillPlaces(places, context) { return filled }
            restartInput()
        }
        let total = Aggregation(recipe)
        var charged = 0
        switch input {
        case .rows(let input): try total.addAll(input, context, charged: &charged)
        case .parts(let chain, let recipes):
            if total.mayTakeAnyOrder {
                if let filled = try fillAnyOrder(chain, recipes, context) { return filled }
                chain.restart()
            }
            try chain.run(context) {
                (task, context) throws(QueryError) -> (Aggregation, Int) in
                let part = Aggregation(recipes[task.worker])
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
        _ chain: ParallelChain, _ recipes: [Aggregation.Recipe], _ context: ExecutionContext
    ) throws(QueryError) -> Aggregation? {
        let fills = recipes.map { Aggregation.Fill(Aggregation($0)) }
        try chain.run(context) { (task, context) throws(QueryError) in
            try fills[task.worker].add(task, context)
        } combine: { (_) throws(QueryError) in
        }
        let charged = fills.reduce(0) { $0 + $1.chargedInBytes }
        let total = Aggregation(recipe)
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
        var threads = 1
        if case .parts(_, let recipes) = input { threads = recipes.count }
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
        case .parts(let chain, let recipes):
            isOrdered = false
            let sets = (0..<room.sets).map {
                Aggregation.Fill(
                    Aggregation(recipes[$0], placesFor: room.ids), isShared: room.sets < threads)
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
        aggregation = nil
        position = 0
        restartInput()
    }

    private func restartInput() {
        switch input {
        case .rows(let input): input.restart()
        case .parts(let chain, _): chain.restart()
        }
    }

    override var mayRunAgain: Bool {
        if case .rows(let input) = input { return input.mayRunAgain }
        return false
    }
}

/// The step of ``Aggregate``.
struct AggregateStep: PartitionedStep {
    let keys: [BoundProjection.Item]
    let aggregates: [BoundProjection.Aggregate]
    /// The variable that says how many rows each row stands for; nil where it is one.
    var weight: VariableID?
    /// The node that is grouped by, where every node may have a place of its own.
    var places: NodePlaces?

    var name: String { places == nil ? "Aggregate" : "AggregateByNode" }
    func details(_ names: VariableNames) -> String {
        let calls = aggregates.map { call in
            let arguments = call.arguments.map { $0.text(names) }.joined(separator: ", ")
            let distinct = call.isDistinct ? "DISTINCT " : ""
            return "\(call.function)(\(distinct)\(arguments.isEmpty ? "*" : arguments))"
        }
        let grouped = keys.map { $0.expression.text(names) }
        return (grouped + calls).joined(separator: ", ")
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        Aggregate(input: inputs[0], recipe: try recipe(builder))
    }

    func makeOperator(
        _ chain: ParallelChain, _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        var parts: [Aggregation.Recipe] = []
        for _ in chain.workers { parts.append(try recipe(builder)) }
        return Aggregate(chain: chain, parts: parts, recipe: try recipe(builder))
    }

    /// The keys and calls, compiled for one thread.
    func recipe(_ builder: OperatorBuilder) throws(QueryError) -> Aggregation.Recipe {
        var compiledKeys: [Project.Item] = []
        for key in keys {
            compiledKeys.append(
                Project.Item(
                    variable: key.variable, expression: try builder.compile(key.expression)))
        }
        var calls: [AggregateCall] = []
        for aggregate in aggregates {
            guard let function = builder.functions.aggregate(aggregate.function) else {
                throw QueryError(
                    type: "SyntaxError", detail: "UnknownFunction", phase: .compile,
                    message: "there is no function `\(aggregate.function)`", span: aggregate.span)
            }
            var constants: [VectorExpression] = []
            for argument in aggregate.arguments.dropFirst() {
                constants.append(try builder.compile(argument))
            }
            calls.append(
                AggregateCall(
                    variable: aggregate.variable, function: function,
                    isDistinct: aggregate.isDistinct,
                    argument: try builder.compile(aggregate.arguments.first),
                    constants: constants, span: aggregate.span))
        }
        return Aggregation.Recipe(
            keys: compiledKeys, calls: calls, weight: weight, places: places)
    }
}
