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
        let options = store.options
        let atOnceMax = options.threads > 1 ? Self.movesAtOnceMax : 1
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
            if changeCount >= options.sharedChangesMin, part.count > 1 {
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
        let hasFailed = Atomic(false)
        let failure = Guarded<GraphError?>(nil)
        WorkerThreads.run(count: min(store.options.threads, moves.count)) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < moves.endIndex, !hasFailed.load(ordering: .relaxed) else { return }
                do throws(GraphError) {
                    try moves[index].prepare()
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                    hasFailed.store(true, ordering: .relaxed)
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
