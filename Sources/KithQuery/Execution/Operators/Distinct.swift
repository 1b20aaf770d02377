/// Lets each distinct row through once, in the order of first appearance.
final class Distinct: Operator {
    private let input: Operator
    private let keys: [VariableID]
    private var seen: GroupTable
    private var chargedInBytes = 0
    /// The run that the bytes were charged to.
    private var run: UInt64 = 0

    init(input: Operator, keys: [VariableID]) {
        self.input = input
        self.keys = keys
        seen = GroupTable(keyCount: keys.count)
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.next(context) else { return nil }
        let before = seen.count
        let groups = seen.groups(of: keys.map { batch[$0] }, count: batch.count)
        var next = Int32(before)
        var fresh: [Int32] = []
        for (row, group) in groups.enumerated() where group == next {
            fresh.append(Int32(row))
            next += 1
        }
        if run != context.run {
            run = context.run
            chargedInBytes = 0
        }
        let size = seen.sizeInBytes
        try context.memory.take(size - chargedInBytes)
        chargedInBytes = size
        return fresh.count == batch.count ? batch : batch.gathered(fresh)
    }

    override func restart() {
        seen = GroupTable(keyCount: keys.count)
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``Distinct``.
struct DistinctStep: PlanStep {
    let keys: [VariableID]

    var name: String { "Distinct" }
    func details(_ names: VariableNames) -> String { names.list(keys) }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        Distinct(input: inputs[0], keys: keys)
    }
}
