import KithGraph
import KithValues

/// The different ends of the paths of several relationships from a node: one row for each end, however
/// many paths lead to it.
///
/// What ``VariableExpand`` gives without its duplicates, found by one breadth-first search a row.
final class ReachableExpand: Operator {
    private let input: Operator
    private let step: ReachableExpandStep
    private let search = Reachability()
    private var knownTypes = KnownTypes()
    private var batch: Batch?
    private var row = 0
    /// What is left of the present row's ends.
    private var position = 0
    private var end = 0
    private var givesStart = false
    private var chargedInBytes = 0
    /// The run that the bytes were charged to.
    private var run: UInt64 = 0

    init(input: Operator, step: ReachableExpandStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if run != context.run {
            run = context.run
            chargedInBytes = 0
        }
        if batch == nil {
            guard let next = try input.nextNonEmpty(context) else {
                context.memory.give(back: chargedInBytes)
                chargedInBytes = 0
                return nil
            }
            batch = next
            row = -1
            (position, end, givesStart) = (0, 0, false)
        }
        guard let batch else { return nil }
        if let ends = try endsOfOnlyRow(batch, context) { return ends }
        var rows: [Int32] = []
        var ids: [UInt64] = []
        while ids.count < context.batchSize {
            if position == end, !givesStart {
                row += 1
                guard row < batch.count else {
                    self.batch = nil
                    break
                }
                try begin(batch, context)
                continue
            }
            let count = min(end - position, context.batchSize - ids.count)
            ids += UnsafeBufferPointer(start: search.nodes + position, count: count)
            position += count
            if position == end, givesStart, ids.count < context.batchSize {
                ids.append(search.nodes[0])
                givesStart = false
            }
            rows += repeatElement(Int32(row), count: ids.count - rows.count)
        }
        let kept = batch.keeping(step.kept)
        let result = batch.count == 1 ? kept.repeated(0, count: ids.count) : kept.gathered(rows)
        return result.with(step.to, .ids(.node, ids))
    }

    /// The next ends where the batch has one row; nil where it has more, or what is left is little.
    private func endsOfOnlyRow(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Batch? {
        guard batch.count == 1 else { return nil }
        if row < 0 {
            row = 0
            try begin(batch, context)
        }
        let count = min(end - position, context.batchSize)
        guard count > 0, !givesStart || count == context.batchSize else { return nil }
        let ids = Vector.ids(.node, search.nodes + position, count: count)
        position += count
        return batch.keeping(step.kept).repeated(0, count: count).with(step.to, ids)
    }

    /// Searches from the present row's node.
    private func begin(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) {
        (position, end, givesStart) = (0, 0, false)
        guard case .node(let node) = batch[step.from].value(at: row) else { return }
        let wanted = knownTypes.types(step.types, context)
        let control = context.control
        let limits = context.limits
        let maximum = wanted?.isEmpty == true ? 0 : step.maximum
        let (search, direction) = (search, step.direction.graphDirection)
        let findsReturn = step.minimum > 0
        try context.onGraph { () throws(GraphError) in
            try search.search(
                from: node.rawValue, in: context.graph, types: wanted ?? [], direction: direction,
                maximum: maximum, findsReturn: findsReturn,
                shouldStop: { control.isCancelled || limits.isOver })
        }
        try context.checkpoint()
        let size = search.count * 8
        try context.memory.take(size - chargedInBytes)
        chargedInBytes = size
        end = search.count
        position = 1
        givesStart = step.minimum == 0 || search.returnsToStart
    }

    override func restart() {
        batch = nil
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``ReachableExpand``.
struct ReachableExpandStep: PlanStep {
    let from: VariableID
    let to: VariableID
    let types: TypeCondition
    let direction: PatternDirection
    /// 0 or 1.
    let minimum: Int
    let maximum: Int?
    let kept: [VariableID]

    var isRowLocal: Bool { true }
    var name: String { "ReachableExpand" }
    func details(_ names: VariableNames) -> String {
        let bounds = "*\(minimum)..\(maximum.map(String.init) ?? "")"
        return "(\(names.name(from)))\(direction.arrow(types.text + bounds))(\(names.name(to)))"
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        ReachableExpand(input: inputs[0], step: self)
    }
}
