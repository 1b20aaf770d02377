/// Rows that are not made yet: the thread that has them makes them.
protocol RowPiece {
    /// The number of batches that they are made in.
    var count: Int { get }

    /// One of the batches; nil where it has no rows.
    func batch(_ index: Int, _ context: ExecutionContext) throws(QueryError) -> Batch?
}

/// An operator that can hand out its rows before they are made, to several threads.
protocol PieceSource: AnyObject {
    /// Does what is to be done before; false where this run's rows must be asked for batch by batch.
    func beginPieces(_ context: ExecutionContext) throws(QueryError) -> Bool

    /// The next rows, as many as about `chunkCount` chunks of nodes have; nil after the last.
    func takePiece(
        chunkCount: Int, _ context: ExecutionContext
    ) throws(QueryError) -> (any RowPiece)?
}
