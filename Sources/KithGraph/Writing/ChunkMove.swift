import KithValues
import Synchronization

/// The changes of one chunk on their way to storage: first what any thread can do, since it only reads,
/// then what the transaction's own thread writes.
protocol ChunkMove: AnyObject {
    /// How many rows or edges were changed.
    var changeCount: Int { get }

    /// Makes what is to be written, on any thread, while others do so for other chunks. Reads the transaction's
    /// view, which nothing changes meanwhile; of the pending changes only its own chunk's, which note on first
    /// use how they are ordered.
    func prepare() throws(GraphError)

    /// Writes it.
    func store(into moved: inout GraphWriter.MovedChanges) throws(GraphError)
}

extension GraphWriter {
    /// Moves the changes of chunks to storage, in this order.
    func move(
        _ moves: [any ChunkMove], into moved: inout MovedChanges
    ) throws(GraphError) {
        // On one thread nothing waits in memory that need not.
        let atOnceMax = store.options.threads > 1 ? Self.movesAtOnceMax : 1
        var begin = 0
        while begin < moves.count {
            var end = begin
            var changeCount = 0
            while end < moves.count, end - begin < atOnceMax {
                changeCount += moves[end].changeCount
                end += 1
            }
            try checkpoint?()
            let part = moves[begin..<end]
            let options = store.options
            if changeCount >= options.sharedChangesMin, part.count > 1, options.threads > 1 {
                try prepareShared(part)
            } else {
                for move in part { try move.prepare() }
            }
            for move in part { try move.store(into: &moved) }
            begin = end
        }
    }

    /// So many chunks are made ready at once: what they will be waits in memory.
    private static let movesAtOnceMax = 16

    private func prepareShared(_ moves: ArraySlice<any ChunkMove>) throws(GraphError) {
        let next = Atomic(moves.startIndex)
        let failure = Atomic(Int.max)
        let errors = Guarded<[Int: GraphError]>([:])
        WorkerThreads.run(count: min(store.options.threads, moves.count)) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < moves.endIndex, failure.load(ordering: .relaxed) == .max else {
                    return
                }
                do throws(GraphError) {
                    try moves[index].prepare()
                } catch {
                    errors.withLock { $0[index] = error }
                    failure.store(index, ordering: .relaxed)
                }
            }
        }
        let first = errors.withLock { errors in errors.min { $0.key < $1.key }?.value }
        if let first { throw first }
    }
}
