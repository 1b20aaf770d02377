import KithGraph
import KithLanguage
import KithValues

/// DELETE and DETACH DELETE: relationships first, so that nodes deleted with them are free of them.
final class Delete: WritingOperator {
    private let entities: [VectorExpression]
    private let isDetaching: Bool
    private let readsGraph: Bool

    init(
        input: Operator, entities: [VectorExpression], isDetaching: Bool, readsGraph: Bool
    ) {
        self.entities = entities
        self.isDetaching = isDetaching
        self.readsGraph = readsGraph
        super.init(input: input)
    }

    override var needsAllRowsAtOnce: Bool { readsGraph }

    override func write(_ batch: Batch, _ context: ExecutionContext) throws(QueryError) -> Batch {
        var nodes: [NodeID] = []
        var relationships: [RelationshipID] = []
        for entity in entities {
            let vector = try entity.evaluate(batch, context)
            for row in 0..<batch.count {
                switch vector.value(at: row) {
                case .null: continue
                case .node(let id): nodes.append(id)
                case .relationship(let id): relationships.append(id)
                case .path(let path):
                    nodes += path.nodes
                    relationships += path.relationships
                case let other:
                    throw QueryError(
                        type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                        message: "only nodes, relationships and paths can be deleted, "
                            + "not \(other.kind.name)", span: entity.span)
                }
            }
        }
        try delete(nodes, relationships, context)
        return batch
    }

    private func delete(
        _ nodes: [NodeID], _ relationships: [RelationshipID], _ context: ExecutionContext
    ) throws(QueryError) {
        let pen = try context.pen()
        context.hasDeleted = true
        var changes = context.changes
        try context.onGraph { () throws(GraphError) in
            for id in relationships where try pen.delete(id) { changes.relationshipsDeleted += 1 }
            for id in nodes {
                if isDetaching {
                    guard let detached = try pen.detachDelete(id) else { continue }
                    changes.nodesDeleted += 1
                    changes.relationshipsDeleted += detached
                } else if try pen.delete(id) {
                    changes.nodesDeleted += 1
                }
            }
        }
        context.changes = changes
    }
}

/// The step of ``Delete``.
struct DeleteStep: PlanStep {
    let entities: [BoundExpression]
    let isDetaching: Bool

    var name: String { isDetaching ? "DetachDelete" : "Delete" }
    var isWriting: Bool { true }
    func details(_ names: VariableNames) -> String {
        entities.map { $0.text(names) }.joined(separator: ", ")
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        Delete(
            input: inputs[0],
            entities: try ExpressionCompiler(builder: builder).compile(entities),
            isDetaching: isDetaching, readsGraph: entities.contains { !$0.isVariable })
    }
}
