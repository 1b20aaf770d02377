import KithGraph

/// How many rows each part has: large ones first, which cost least, then smaller ones, so that threads
/// end together.
///
/// It depends on the estimate and on how many rows came before, and on nothing else: what is made of
/// the parts in their order is the same each time.
struct PartSizes {
    private let estimate: Int
    private let threads: Int
    /// Whether rows are shared out however few there are: then more than two threads get chunks, however
    /// few these are, and two threads batches.
    private let sharesAll: Bool

    /// A part has at least this share of a thread's expected rows, and at most so many rows.
    private static let shareMin = 32
    private static let rowsMax = 32_768
    /// Rows are handed out as whole chunks where a thread is expected to scan so many.
    private static let chunksPerThreadMin = 8

    init(estimate: Double, threads: Int, sharesAll: Bool = false) {
        self.sharesAll = sharesAll
        self.estimate = Int(min(max(estimate, 1), 1e15))
        self.threads = threads
    }

    /// Whether parts are chunks of nodes to be scanned.
    var areChunks: Bool {
        sharesAll
            ? threads > 2
            : estimate / threads >= Self.chunksPerThreadMin * GraphLimits.slotsPerChunk
    }

    /// The rows of the part after so many: a quarter of each thread's share of what is left. Where there
    /// are more than expected, they are as if as many again were.
    func rows(after count: Int) -> Int {
        var total = estimate
        while total <= count { total *= 2 }
        let least = max(total / (threads * Self.shareMin), 1)
        return min(max((total - count) / (threads * 4), least), Self.rowsMax)
    }
}

/// The rows of a step, handed out in consecutive parts to the threads that work on them.
final class PartSource: @unchecked Sendable {
    // Sendable: all that changes is touched by one thread at a time, the one within `monitor`.

    private let monitor = Monitor()
    private let source: Operator
    private let sizes: PartSizes
    private var context: ExecutionContext?
    /// The source, where it hands out rows that are not made yet.
    private var pieces: (any PieceSource)?
    /// The batch that is not handed out wholly, and how many of its rows are.
    private var rest: (batch: Batch, position: Int)?
    private var partCount = 0
    /// How many rows were handed out, or as many as there may be in the chunks that were.
    private var rowCount = 0
    private var isOver = false
    private var failure: (part: Int, error: QueryError)?

    init(_ source: Operator, _ sizes: PartSizes) {
        self.source = source
        self.sizes = sizes
    }

    /// Begins to hand out, while the source runs in `context`, before there are several threads: a source
    /// that shares out its own rows first is then over with that, and nobody waits for it.
    func begin(_ context: ExecutionContext) {
        self.context = context
        do throws(QueryError) {
            if sizes.areChunks, let source = source as? any PieceSource,
                try source.beginPieces(context)
            {
                pieces = source
            } else if let first = try source.nextNonEmpty(context) {
                rest = (first, 0)
            } else {
                isOver = true
            }
        } catch {
            failure = (0, error)
        }
    }

    /// Whether any part is to be expected.
    var hasRows: Bool { !isOver && failure == nil }

    /// The rows of a part.
    enum Rows {
        case batches([Batch])
        case piece(any RowPiece)
    }

    /// The next part, by its number; nil after the last one, or when some part failed.
    func take() -> (part: Int, rows: Rows)? {
        monitor.lockSoon()
        defer { monitor.unlock() }
        guard !isOver, failure == nil, let context else { return nil }
        if let pieces { return takePiece(of: pieces, context) }
        var batches: [Batch] = []
        do throws(QueryError) {
            var room = sizes.rows(after: rowCount)
            while room > 0, let batch = try nextPiece(room, context) {
                batches.append(batch)
                room -= batch.count
                rowCount += batch.count
            }
        } catch {
            failure = (partCount, error)
            return nil
        }
        guard !batches.isEmpty else { return nil }
        defer { partCount += 1 }
        return (partCount, .batches(batches))
    }

    private func takePiece(
        of pieces: any PieceSource, _ context: ExecutionContext
    ) -> (part: Int, rows: Rows)? {
        do throws(QueryError) {
            let count = max(sizes.rows(after: rowCount) / GraphLimits.slotsPerChunk, 1)
            rowCount += count * GraphLimits.slotsPerChunk
            guard let piece = try pieces.takePiece(chunkCount: count, context) else {
                isOver = true
                return nil
            }
            defer { partCount += 1 }
            return (partCount, .piece(piece))
        } catch {
            failure = (partCount, error)
            return nil
        }
    }

    /// The next rows, at most so many.
    private func nextPiece(
        _ most: Int, _ context: ExecutionContext
    ) throws(QueryError) -> Batch? {
        if rest == nil {
            guard let batch = try source.nextNonEmpty(context) else {
                isOver = true
                return nil
            }
            rest = (batch, 0)
        }
        guard let (batch, position) = rest else { return nil }
        let count = min(most, batch.count - position)
        rest = position + count == batch.count ? nil : (batch, position + count)
        return batch.slice(from: position, count: count)
    }

    /// Notes that a part failed: no more parts are handed out, and of all errors that of the first
    /// part counts, which is the one that a single thread would have met.
    func fail(_ part: Int, _ error: QueryError) {
        monitor.lock()
        defer { monitor.unlock() }
        if let failure, failure.part <= part { return }
        failure = (part, error)
    }

    /// What is left of the run when all parts are done.
    ///
    /// - Throws: the error of the first part that failed.
    func end() throws(QueryError) {
        context = nil
        rest = nil
        pieces = nil
        if let failure { throw failure.error }
    }

    /// Whether the source may take part in another run.
    var mayRunAgain: Bool { source.mayRunAgain }

    /// Goes back to the beginning.
    func restart() {
        context = nil
        rest = nil
        pieces = nil
        partCount = 0
        rowCount = 0
        isOver = false
        failure = nil
        source.restart()
    }
}

/// The lowest step of a chain: gives the batches of the part that its thread works on.
final class PartInput: Operator {
    private var rows = PartSource.Rows.batches([])
    private var position = 0

    /// Begins another part.
    func begin(_ rows: PartSource.Rows) {
        self.rows = rows
        position = 0
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        switch rows {
        case .batches(let batches):
            guard position < batches.count else { return nil }
            defer { position += 1 }
            return batches[position]
        case .piece(let piece):
            while position < piece.count {
                defer { position += 1 }
                if let batch = try piece.batch(position, context) { return batch }
                try context.checkpoint()
            }
            return nil
        }
    }

    override func restart() {
        rows = .batches([])
        position = 0
    }

    override var mayRunAgain: Bool { true }
}
