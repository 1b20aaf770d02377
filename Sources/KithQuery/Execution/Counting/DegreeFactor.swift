import KithGraph
import KithValues

/// Multiplies each row's weight by the number of ways to follow a relationship from its node.
final class DegreeFactor: Operator {
    private let input: Operator
    private let step: DegreeFactorStep
    private let marks = KeptForGraph<NeighbourMarks>()
    private var knownTypes = (own: KnownTypes(), connection: KnownTypes())
    @exclusivity(unchecked) private var knownLists = KnownLists()
    /// Of this operator alone: the step's own would have its references counted by all threads.
    private let kept: [VariableID]

    init(input: Operator, step: DegreeFactorStep) {
        self.input = input
        self.step = step
        kept = step.kept.map { $0 }
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        guard let batch = try input.nextNonEmpty(context) else { return nil }
        let sources = EdgeCounting.ids(batch[step.from])
        let types = knownTypes.own.types(step.types, context)
        var ways: Vector
        if types?.isEmpty == true {
            ways = EdgeCounting.equal(0, count: batch.count)
        } else {
            ways = try EdgeCounting.degrees(
                sources, types ?? [], step.direction.graphDirection, &knownLists, context)
            if !step.isPlain { try subtract(from: &ways, sources, batch, types ?? [], context) }
        }
        if step.keepsUnmatched {
            let numbers = ways.integers
            for row in 0..<batch.count { numbers[row] = max(numbers[row], 1) }
        }
        return try RowWeights.multiplied(
            batch, by: ways, step.weight, isWeighted: step.isWeighted, kept: kept)
    }

    /// Leaves out the ways to nodes that the far end must not be, and those over relationships that the
    /// row has already.
    private func subtract(
        from ways: inout Vector, _ sources: Vector, _ batch: Batch,
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
            let numbers = ways.integers
            for row in 0..<batch.count {
                if nodes.ids[row] == EdgeCounting.noNode {
                    // No node is known to differ from null.
                    numbers[row] = 0
                } else if !Self.has(refused, nodes, row), isCounted?[row] ?? true {
                    numbers[row] -= counts.integers[row]
                }
            }
            refused.append(nodes)
        }
        for variable in step.taken {
            let nodes = EdgeCounting.ids(batch[variable])
            let isCounted = try tester?.isCounted(
                nodes, of: variable, try marks.made(context), context)
            let numbers = ways.integers
            for row in 0..<batch.count
            where numbers[row] > 0 && isCounted?[row] ?? true && !Self.has(refused, nodes, row) {
                numbers[row] -= 1
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
        _ ways: inout Vector, _ sources: Vector, _ batch: Batch,
        _ types: [RelationshipTypeID], _ context: ExecutionContext
    ) throws(QueryError) -> ConnectionTest? {
        guard let connection = step.connection else { return nil }
        let test = ConnectionTest(
            nodes: EdgeCounting.ids(batch[connection.node]),
            types: knownTypes.connection.types(connection.types, context), connection: connection)
        let connected: Vector
        if let others = test.types, others.isEmpty {
            // No relationship is of such a type.
            connected = EdgeCounting.equal(0, count: batch.count)
        } else {
            let request = IntersectionRequest(
                firstTypes: types, firstDirection: step.direction.graphDirection,
                secondTypes: test.types ?? [],
                secondDirection: connection.direction.graphDirection, setsLoopsAside: false)
            connected = try EdgeCounting.adjacent(
                sources, test.nodes, request, try marks.made(context), context)
        }
        if connection.isNegated {
            let numbers = ways.integers
            for row in 0..<batch.count { numbers[row] -= connected.integers[row] }
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
            return (0..<ends.count).map { (counts.integers[$0] > 0) != connection.isNegated }
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

    /// Whether every way counts.
    var isPlain: Bool { excluded.isEmpty && taken.isEmpty && connection == nil }

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
