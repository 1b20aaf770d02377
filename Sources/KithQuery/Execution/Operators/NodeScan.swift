import KithGraph
import KithValues

/// All nodes with some labels, chunk by chunk, for each row of the input.
final class NodeScan: Operator, PieceSource {
    private let input: Operator
    private let variable: VariableID
    private let labels: [String]
    private var batch: Batch?
    private var row = 0
    private var chunks: [ChunkID] = []
    private var labelIDs: [LabelID] = []
    /// The label sets of these, found once for all chunks.
    private var labelSets: GraphReader.LabelSets?
    private var nextChunk = 0

    init(input: Operator, variable: VariableID, labels: [String]) {
        self.input = input
        self.variable = variable
        self.labels = labels
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        while let piece = try nextPiece(chunkCount: 1, context) {
            if let batch = try piece.batch(0, context) { return batch }
            try context.checkpoint()
        }
        return nil
    }

    /// Some of the chunks, not yet looked at, for one row of the input.
    struct Piece: RowPiece {
        fileprivate let input: Batch
        fileprivate let row: Int
        fileprivate let variable: VariableID
        fileprivate let labels: [LabelID]
        fileprivate let labelSets: GraphReader.LabelSets?
        fileprivate let chunks: ArraySlice<ChunkID>

        /// The number of chunks.
        var count: Int { chunks.count }

        /// The rows of one of the chunks; nil where it has none.
        func batch(_ index: Int, _ context: ExecutionContext) throws(QueryError) -> Batch? {
            let chunk = chunks[chunks.startIndex + index]
            let slots = try context.onGraph { () throws(GraphError) in
                if let labelSets {
                    return try context.graph.slots(inNodeChunk: chunk, of: labelSets)
                }
                return try context.graph.slots(inNodeChunk: chunk, labels: labels)
            }
            let count = slots.count
            guard count > 0 else { return nil }
            let nodes = Vector(.node, count: count)
            slots.copyIDs(of: chunk, into: nodes.ids)
            nodes.note(
                chunk: Int(chunk.rawValue),
                isRun: nodes.ids[count - 1] == nodes.ids[0] &+ UInt64(count - 1))
            return input.repeated(row, count: count).with(variable, nodes)
        }
    }

    func beginPieces(_ context: ExecutionContext) -> Bool { true }

    func takePiece(
        chunkCount: Int, _ context: ExecutionContext
    ) throws(QueryError) -> (any RowPiece)? {
        try nextPiece(chunkCount: chunkCount, context)
    }

    /// The next chunks, at most `chunkCount`; nil after the last.
    private func nextPiece(
        chunkCount: Int, _ context: ExecutionContext
    ) throws(QueryError) -> Piece? {
        while true {
            if batch == nil {
                guard let next = try input.nextNonEmpty(context) else { return nil }
                batch = next
                row = 0
                nextChunk = 0
                guard try findChunks(context) else {
                    batch = nil
                    continue
                }
            }
            guard let batch else { return nil }
            if nextChunk == chunks.count {
                row += 1
                nextChunk = 0
                if row == batch.count { self.batch = nil }
                continue
            }
            let end = min(nextChunk + chunkCount, chunks.count)
            defer { nextChunk = end }
            return Piece(
                input: batch, row: row, variable: variable, labels: labelIDs,
                labelSets: labelSets, chunks: chunks[nextChunk..<end])
        }
    }

    /// Finds the chunks of the rarest label; false when no node has all labels.
    private func findChunks(_ context: ExecutionContext) throws(QueryError) -> Bool {
        let graph = context.graph
        labelIDs = []
        for name in labels {
            guard let label = graph.catalog.label(name) else { return false }
            labelIDs.append(label)
        }
        let rarest = labelIDs.min {
            graph.nodeCount(label: $0) < graph.nodeCount(label: $1)
        }
        labelSets = graph.labelSets(with: labelIDs)
        chunks = try context.onGraph { () throws(GraphError) in
            try graph.nodeChunks(label: rarest)
        }
        return !chunks.isEmpty
    }

    override func restart() {
        batch = nil
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``NodeScan``.
struct NodeScanStep: PlanStep {
    let variable: VariableID
    let labels: [String]

    var isRowLocal: Bool { true }
    var name: String { labels.isEmpty ? "AllNodesScan" : "LabelScan" }
    func details(_ names: VariableNames) -> String {
        names.name(variable) + labels.map { ":\($0)" }.joined()
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        NodeScan(input: inputs[0], variable: variable, labels: labels)
    }
}
