import KithGraph
import KithLanguage
import KithValues

/// `n:A&!B` on nodes and relationships.
final class HasLabelsExpression: VectorExpression {
    private let subject: VectorExpression
    private let condition: BoundLabelExpression
    private let members = LabelMembers()

    init(_ subject: VectorExpression, _ condition: BoundLabelExpression, span: SourceSpan?) {
        self.subject = subject
        self.condition = condition
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        let vector = try subject.evaluate(batch, context)
        if vector.layout == .node, case .label(let name) = condition, !context.hasDeleted {
            return try hasLabel(name, vector, context)
        }
        var codes: [UInt8] = []
        codes.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            codes.append(try code(vector.value(at: row), context))
        }
        return TruthVector.vector(codes)
    }

    /// One label of many nodes: the label's members are fetched once for each run of one chunk.
    private func hasLabel(
        _ name: String, _ nodes: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> Vector {
        let label = context.graph.catalog.label(name)
        members.begin(context)
        let result = Vector(.boolean, count: nodes.count, hasNulls: !nodes.hasNoNulls)
        let truths = result.booleans
        let mask = nodes.positionMask
        let ids = nodes.ids
        var row = 0
        while row < nodes.count {
            if let validity = result.validity {
                validity[row] = nodes.isNull(row) ? 0 : 1
                if validity[row] == 0 {
                    row &+= 1
                    continue
                }
            }
            truths[row] = 0
            if let label {
                let id = ids[row & mask]
                switch members.members(ofChunkOf: id) {
                case .all: truths[row] = 1
                case .none: break
                case .some, .unknown:
                    truths[row] = try members.contains(id, label, context) ? 1 : 0
                }
            }
            row &+= 1
        }
        return result
    }

    private func code(_ value: Value, _ context: ExecutionContext) throws(QueryError) -> UInt8 {
        switch value {
        case .null: return 2
        case .node(let id):
            let labels = try EntityReading.labels(of: id, context, span: span)
            return condition.holds {
                labels.contains($0)
            } hasAny: {
                !labels.isEmpty
            } ? 1 : 0
        case .relationship(let id):
            let record = try EntityReading.record(of: id, context, span: span)
            let type = context.graph.catalog.name(of: record.type)
            return condition.holds {
                $0 == type
            } hasAny: {
                true
            } ? 1 : 0
        default:
            throw QueryError(
                type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                message:
                    "only nodes and relationships have labels or types, not \(value.kind.name)",
                span: span)
        }
    }
}

/// Which nodes have a label, remembered by chunk: most chunks hold nodes of one label set, and then
/// the chunk decides.
private final class LabelMembers {
    enum Members: UInt8 {
        case unknown, all, none, some
    }

    private var chunks = UnsafeMutablePointer<Members>.allocate(capacity: 64)
    private var chunkCount = 0
    private var capacity = 64
    private var sets: [UInt64: SlotSet] = [:]
    private var version: UInt64 = .max

    deinit { chunks.deallocate() }

    /// Forgets what an earlier state of the graph taught.
    func begin(_ context: ExecutionContext) {
        guard version != context.graphVersion else { return }
        version = context.graphVersion
        chunkCount = 0
        sets = [:]
    }

    /// What is known of the chunk of a node.
    @inline(__always)
    func members(ofChunkOf id: UInt64) -> Members {
        let chunk = Int(truncatingIfNeeded: id &>> 11)
        return chunk < chunkCount ? chunks[chunk] : .unknown
    }

    /// Whether the node has the label.
    func contains(
        _ id: UInt64, _ label: LabelID, _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        let chunk = Int(truncatingIfNeeded: id &>> 11)
        if members(ofChunkOf: id) == .unknown { try learn(chunk, label, context) }
        switch chunks[chunk] {
        case .all: return true
        case .some: return sets[UInt64(chunk)]?.contains(Int(id & 2_047)) ?? false
        case .none, .unknown: return false
        }
    }

    private func learn(
        _ chunk: Int, _ label: LabelID, _ context: ExecutionContext
    ) throws(QueryError) {
        while chunkCount <= chunk {
            if chunkCount == capacity {
                let grown = UnsafeMutablePointer<Members>.allocate(capacity: capacity * 2)
                grown.moveInitialize(from: chunks, count: chunkCount)
                chunks.deallocate()
                chunks = grown
                capacity *= 2
            }
            chunks[chunkCount] = .unknown
            chunkCount += 1
        }
        let number = ChunkID(rawValue: UInt64(chunk))
        let (alive, members) = try context.onGraph { () throws(GraphError) in
            (
                try context.graph.slots(inNodeChunk: number, labels: []),
                try context.graph.slots(inNodeChunk: number, labels: [label])
            )
        }
        if members == alive {
            chunks[chunk] = .all
        } else if members.isEmpty {
            chunks[chunk] = .none
        } else {
            chunks[chunk] = .some
            sets[UInt64(chunk)] = members
        }
    }
}

extension BoundLabelExpression {
    /// Whether the condition holds for something of which `has` tells the labels.
    func holds(_ has: (String) -> Bool, hasAny: () -> Bool) -> Bool {
        switch self {
        case .label(let name): has(name)
        case .wildcard: hasAny()
        case .and(let parts): parts.allSatisfy { $0.holds(has, hasAny: hasAny) }
        case .or(let parts): parts.contains { $0.holds(has, hasAny: hasAny) }
        case .not(let part): !part.holds(has, hasAny: hasAny)
        }
    }

    /// The labels that must all be there for the condition to hold.
    var requiredLabels: [String] {
        switch self {
        case .label(let name): [name]
        case .and(let parts): parts.flatMap { $0.requiredLabels }
        case .wildcard, .or, .not: []
        }
    }
}
