/// The incoming blocks of edges that all fit in memory, made by a thread of its own.
final class IncomingBlocks: @unchecked Sendable {
    // Sendable: one thread makes the blocks; the others wait until it is done.

    struct Block {
        let chunk: UInt64
        let slot: Int
        let neighbour: UInt64
        let ordinal: UInt32
        let edgeCount: Int
        let bytes: Range<Int>
    }

    private(set) var blocks: [Block] = []
    private(set) var bytes: [UInt8] = []

    /// Sorts the edges by target and source, and encodes them.
    func make(
        sources: UnsafeBufferPointer<UInt64>, targets: UnsafeBufferPointer<UInt64>, blockSize: Int
    ) {
        guard let from = sources.baseAddress, let to = targets.baseAddress else { return }
        let count = sources.count
        let order = EdgeSort.order(first: to, second: from, count: count)
        let nodes = UnsafeMutablePointer<UInt64>.allocate(capacity: blockSize)
        let neighbours = UnsafeMutablePointer<UInt64>.allocate(capacity: blockSize)
        defer {
            nodes.deallocate()
            neighbours.deallocate()
        }
        var filled = 0
        var chunk: UInt64 = 0
        var ordinal: UInt32 = 0
        for row in order {
            let node = to[Int(row)]
            let nodeChunk = node &>> UInt64(GraphLimits.slotBits)
            if filled > 0, nodeChunk != chunk || filled == blockSize {
                close(nodes, neighbours, filled, chunk, ordinal)
                ordinal = nodeChunk == chunk ? ordinal + 1 : 0
                filled = 0
            }
            chunk = nodeChunk
            nodes[filled] = node
            neighbours[filled] = from[Int(row)]
            filled &+= 1
        }
        if filled > 0 { close(nodes, neighbours, filled, chunk, ordinal) }
    }

    private func close(
        _ nodes: UnsafePointer<UInt64>, _ neighbours: UnsafePointer<UInt64>, _ count: Int,
        _ chunk: UInt64, _ ordinal: UInt32
    ) {
        let start = bytes.count
        let span = EdgeSpan(nodes: nodes, neighbours: neighbours, relationships: nil, count: count)
        AdjacencyBlock.append(span, to: &bytes)
        blocks.append(
            Block(
                chunk: chunk, slot: span.slot(0), neighbour: neighbours[0], ordinal: ordinal,
                edgeCount: count, bytes: start..<bytes.count))
    }
}
