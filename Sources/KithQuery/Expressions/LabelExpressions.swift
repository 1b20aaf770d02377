import KithGraph
import KithLanguage
import KithValues

/// `n:A&!B` on nodes and relationships.
final class HasLabelsExpression: VectorExpression {
    private let subject: VectorExpression
    private let condition: BoundLabelExpression
    private let members = LabelMembers()
    /// The name of the label, where the condition is one label.
    private let single: String?
    private var known: (catalogVersion: UInt64, label: LabelID?)?

    init(_ subject: VectorExpression, _ condition: BoundLabelExpression, span: SourceSpan?) {
        self.subject = subject
        self.condition = condition
        if case .label(let name) = condition { single = name } else { single = nil }
        super.init(span: span)
    }

    override func evaluate(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Vector
    {
        TruthVector.vector(try truthCodes(batch, context))
    }

    override func truthCodes(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        let vector = try subject.evaluate(batch, context)
        if vector.layout == .node, let single, !context.hasDeleted {
            return try has(label(single, context), vector, context)
        }
        var codes: [UInt8] = []
        codes.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            codes.append(try code(vector.value(at: row), context))
        }
        return codes
    }

    override func isSurelyTrue(
        _ batch: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        guard let single, !context.hasDeleted else { return false }
        let nodes = try subject.evaluate(batch, context)
        guard nodes.layout == .node, nodes.validity == nil,
            let label = label(single, context)
        else { return false }
        members.begin(context)
        return try members.containsAll(nodes, label, context)
    }

    /// The label of a name, looked up once for each state of the catalog; nil where no node has one.
    private func label(_ name: String, _ context: ExecutionContext) -> LabelID? {
        let version = context.graph.catalogVersion
        if let known, known.catalogVersion == version { return known.label }
        let label = context.graph.catalog.label(name)
        known = (version, label)
        return label
    }

    /// One label of many nodes: the label's members are fetched once for each chunk.
    private func has(
        _ label: LabelID?, _ nodes: Vector, _ context: ExecutionContext
    ) throws(QueryError) -> [UInt8] {
        var codes = [UInt8](repeating: 0, count: nodes.count)
        members.begin(context)
        for row in 0..<nodes.count {
            if nodes.isNull(row) {
                codes[row] = 2
                continue
            }
            guard let label else { continue }
            let id = nodes.ids[nodes.position(row)]
            codes[row] = try members.contains(id, label, context) ? 1 : 0
        }
        return codes
    }

    private func code(_ value: Value, _ context: ExecutionContext) throws(QueryError) -> UInt8 {
        switch value {
        case .null: return 2
        case .node(let id):
            let labels = try EntityReading.labels(of: id, context, span: span)
            return condition.holds {
                labels.contains(name: $0)
            } hasAny: {
                !labels.isEmpty
            } ? 1 : 0
        case .relationship(let id):
            let record = try EntityReading.record(of: id, context, span: span)
            let type = context.graph.catalog.name(of: record.type)
            return condition.holds {
                UTF8Order.areEqual($0, type)
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
    private static let unknown: UInt8 = 1
    private static let all: UInt8 = 2
    private static let none: UInt8 = 4
    private static let some: UInt8 = 8

    private var chunks = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    private var chunkCount = 0
    private var sets: [Int: SlotSet] = [:]
    private var version: UInt64 = .max

    deinit { chunks.deallocate() }

    /// Forgets what an earlier state of the graph taught.
    func begin(_ context: ExecutionContext) {
        guard version != context.graphVersion else { return }
        version = context.graphVersion
        chunks.deallocate()
        chunkCount = context.graph.chunkCount(.node)
        chunks = .allocate(capacity: max(chunkCount, 1))
        chunks.initialize(repeating: Self.unknown, count: chunkCount)
        sets = [:]
    }

    /// Whether the node has the label.
    func contains(
        _ id: UInt64, _ label: LabelID, _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        guard let chunk = Int(exactly: id &>> 11), chunk < chunkCount else { return false }
        if chunks[chunk] == Self.unknown { try learn(chunk, label, context) }
        switch chunks[chunk] {
        case Self.all: return true
        case Self.some: return sets[chunk]?.contains(Int(id & 2_047)) ?? false
        default: return false
        }
    }

    /// Whether every one of the nodes lies in a chunk of which all nodes have the label.
    func containsAll(
        _ nodes: Vector, _ label: LabelID, _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        let count = nodes.isConstant ? min(nodes.count, 1) : nodes.count
        let ids = nodes.ids
        while true {
            var joined: UInt8 = 0
            var row = 0
            while row < count {
                let chunk = Int(truncatingIfNeeded: ids[row] &>> 11)
                joined |=
                    UInt(bitPattern: chunk) < UInt(bitPattern: chunkCount)
                    ? chunks[chunk] : Self.none
                row &+= 1
            }
            guard joined & Self.unknown != 0 else { return joined & ~Self.all == 0 }
            for row in 0..<count { _ = try contains(ids[row], label, context) }
        }
    }

    private func learn(
        _ chunk: Int, _ label: LabelID, _ context: ExecutionContext
    ) throws(QueryError) {
        let number = ChunkID(rawValue: UInt64(chunk))
        let (alive, members) = try context.onGraph { () throws(GraphError) in
            (
                try context.graph.slots(inNodeChunk: number, labels: []),
                try context.graph.slots(inNodeChunk: number, labels: [label])
            )
        }
        if members == alive {
            chunks[chunk] = Self.all
        } else if members.isEmpty {
            chunks[chunk] = Self.none
        } else {
            chunks[chunk] = Self.some
            sets[chunk] = members
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
