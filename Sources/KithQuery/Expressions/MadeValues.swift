import KithValues

/// The memory of long values while an expression makes one for each row of a batch: a list for each of many
/// rows may be more than there is, before any operator counts it.
struct MadeValues {
    private var byteCount = 0
    private var takenByteCount = 0

    /// Shorter values are not counted, and the budget is asked for so much at a time.
    private static let countedMin = 4_096
    private static let stepByteCount = 1 << 20

    /// Counts a value, without what lies in the elements of a list.
    mutating func add(_ value: Value, _ context: ExecutionContext) throws(QueryError) {
        switch value {
        case .list(let elements): try add(elements: elements.count, context)
        case .string(let text): try add(byteCount: text.utf8.count, context)
        default: break
        }
    }

    /// Counts so many elements of lists.
    mutating func add(elements count: Int, _ context: ExecutionContext) throws(QueryError) {
        try add(byteCount: count * MemoryLayout<Value>.stride, context)
    }

    private mutating func add(byteCount more: Int, _ context: ExecutionContext) throws(QueryError) {
        if more < Self.countedMin { return }
        byteCount += more
        let step = byteCount - takenByteCount
        guard step >= Self.stepByteCount else { return }
        takenByteCount = byteCount
        try context.memory.take(step)
    }

    /// Lets the operators count what was made from here on.
    mutating func giveBack(_ context: ExecutionContext) {
        if takenByteCount > 0 { context.memory.give(back: takenByteCount) }
        takenByteCount = 0
    }
}
