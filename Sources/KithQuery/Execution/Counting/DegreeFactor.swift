import KithGraph
import KithValues

/// Multiplies each row's weight by the number of ways to follow a relationship from its node.
final class DegreeFactor: Operator {
    private let input: Operator
    private let step: DegreeFactorStep
    private let marks = KeptForGraph<NeighbourMarks>()
    private var knownTypes = (own: KnownTypes(), connection: KnownTypes())

    init(input: Operator, step: DegreeFactorStep) {
        self.input = input
        self.step = step
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.nextNonEmpty(context) else { return nil }
        let sources = EdgeCounting.ids(batch[step.from])
        var ways = [Int64](repeating: 0, count: batch.count)
        let types = knownTypes.own.types(step.types, context)
        if types?.isEmpty != true {
            ways = try EdgeCounting.degrees(
                sources, types ?? [], step.direction.graphDirection, context)
            try subtract(from: &ways, sources, batch, types ?? [], context)
        }
        if step.keepsUnmatched {
            ways.withUnsafeMutableBufferPointer { ways in
                for row in 0..<ways.count { ways[row] = max(ways[row], 1) }
            }
        }
        return try RowWeights.multiplied(
            batch, by: ways, step.weight, isWeighted: step.isWeighted, kept: step.kept)
    }

    /// Leaves out the ways to nodes that the far end must not be, and those over relationships that the
    /// row has already.
    private func subtract(
        from ways: inout [Int64], _ sources: Vector, _ batch: Batch,
        _ types: [RelationshipTypeID], _ context: ExecutionContext
    ) throws(QueryError) {
        var refused: [Vector] = []
        let tester = try connect(&ways, sources, batch, types, context)
        for variable in step.excluded {
            let nodes = EdgeCounting.ids(batch[variable])
            let counts = try EdgeCounting.counts(
                sources, nodes, types, step.direction.graphDirection, try marks.made(context),
                context)
            let isCounted = try tester?.isCounted(
                nodes, of: variable, try marks.made(context), context)
            ways.withUnsafeMutableBufferPointer { ways in
                for row in 0..<ways.count {
                    if nodes.ids[row] == EdgeCounting.noNode {
                        // No node is known to differ from null.
                        ways[row] = 0
                    } else if !Self.has(refused, nodes, row), isCounted?[row] ?? true {
                        ways[row] -= counts[row]
                    }
                }
            }
            refused.append(nodes)
        }
        for variable in step.taken {
            let nodes = EdgeCounting.ids(batch[variable])
            let isCounted = try tester?.isCounted(
                nodes, of: variable, try marks.made(context), context)
            ways.withUnsafeMutableBufferPointer { ways in
                for row in 0..<ways.count
                where ways[row] > 0 && isCounted?[row] ?? true && !Self.has(refused, nodes, row) {
                    ways[row] -= 1
                }
            }
        }
    }

    /// Whether one of some vectors has the same node in a row as `nodes`.
    @inline(__always)
    private static func has(_ vectors: [Vector], _ nodes: Vector, _ row: Int) -> Bool {
        var index = 0
        while index < vectors.count {
            if vectors[index].ids[row] == nodes.ids[row] { return true }
            index &+= 1
        }
        return false
    }

    /// Leaves only the ways to far ends that are connected as the step says.
    private func connect(
        _ ways: inout [Int64], _ sources: Vector, _ batch: Batch,
        _ types: [RelationshipTypeID], _ context: ExecutionContext
    ) throws(QueryError) -> ConnectionTest? {
        guard let connection = step.connection else { return nil }
        let test = ConnectionTest(
            nodes: EdgeCounting.ids(batch[connection.node]),
            types: knownTypes.connection.types(connection.types, context), connection: connection)
        var connected = [Int64](repeating: 0, count: ways.count)
        if let others = test.types, others.isEmpty {
            // No relationship is of such a type.
        } else {
            let request = IntersectionRequest(
                firstTypes: types, firstDirection: step.direction.graphDirection,
                secondTypes: test.types ?? [],
                secondDirection: connection.direction.graphDirection, setsLoopsAside: false)
            connected = try EdgeCounting.adjacent(
                sources, test.nodes, request, try marks.made(context), context)
        }
        if connection.isNegated {
            ways.withUnsafeMutableBufferPointer { ways in
                for row in 0..<ways.count { ways[row] -= connected[row] }
            }
        } else {
            ways = connected
        }
        return test
    }

    /// Tells of single nodes whether a way to them is counted.
    private struct ConnectionTest {
        let nodes: Vector
        let types: [RelationshipTypeID]?
        let connection: DegreeFactorStep.Connection

        func isCounted(
            _ ends: Vector, of variable: VariableID, _ marks: NeighbourMarks,
            _ context: ExecutionContext
        ) throws(QueryError) -> [Bool] {
            if let types, types.isEmpty {
                return [Bool](repeating: connection.isNegated, count: ends.count)
            }
            let direction = connection.direction.graphDirection
            let counts =
                variable == connection.node
                ? try EdgeCounting.loops(nodes, types ?? [], direction, marks, context)
                : try EdgeCounting.counts(nodes, ends, types ?? [], direction, marks, context)
            return counts.map { ($0 > 0) != connection.isNegated }
        }
    }

    override func restart() { input.restart() }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// The step of ``DegreeFactor``.
struct DegreeFactorStep: PlanStep {
    /// A known node, and the relationship between it and the far end that there must be, or must not.
    struct Connection {
        let node: VariableID
        let types: TypeCondition
        /// As seen from the known node.
        let direction: PatternDirection
        let isNegated: Bool
    }

    let from: VariableID
    let types: TypeCondition
    let direction: PatternDirection
    /// The nodes that the far end must not be.
    let excluded: [VariableID]
    /// The far ends of the row's own relationships that would be counted once more.
    let taken: [VariableID]
    /// The node that the far end must not be connected to, or must be.
    let connection: Connection?
    /// Whether a row without a way stays, as in OPTIONAL MATCH.
    let keepsUnmatched: Bool
    let weight: VariableID
    let isWeighted: Bool
    let kept: [VariableID]

    var isRowLocal: Bool { true }
    var name: String { keepsUnmatched ? "OptionalDegreeFactor" : "DegreeFactor" }
    func details(_ names: VariableNames) -> String {
        let shape = "(\(names.name(from)))\(direction.arrow(types.text))()"
        var left =
            excluded.map { "not \(names.name($0))" }
            + taken.map { "not to \(names.name($0)) again" }
        if let connection {
            let arrow = connection.direction.arrow(connection.types.text)
            let test = "(\(names.name(connection.node)))\(arrow)()"
            left.append(connection.isNegated ? "NOT \(test)" : test)
        }
        return ([shape] + left).joined(separator: ", ")
    }
    func makeOperator(_ inputs: [Operator], _ builder: OperatorBuilder) -> Operator {
        DegreeFactor(input: inputs[0], step: self)
    }
}
