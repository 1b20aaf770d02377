import KithGraph
import KithLanguage
import KithTestSupport
import KithValues

@testable import KithQuery

/// A graph in memory, and statements run on it without the library around.
struct TestGraph {
    let store: GraphStore

    init() throws { store = try GraphStore.inMemory() }

    /// A random graph: nodes with a number `i`, some with the label A or B, and relationships of the
    /// types R and S with a weight `w`, among them loops and several between the same nodes.
    init(nodes: Int, relationships: Int, using generator: inout SeededGenerator) throws {
        try self.init()
        var parts: [String] = []
        for number in 0..<nodes {
            let label = ["", ":A", ":B", ":A:B"].randomElement(using: &generator) ?? ""
            parts.append("(n\(number)\(label) {i: \(number)})")
        }
        for _ in 0..<relationships {
            let ends = (0..<2).map { _ in Int.random(in: 0..<nodes, using: &generator) }
            let type = ["R", "R", "S"].randomElement(using: &generator) ?? "R"
            let weight = Int.random(in: 0..<4, using: &generator)
            parts.append("(n\(ends[0]))-[:\(type) {w: \(weight)}]->(n\(ends[1]))")
        }
        _ = try rows("CREATE " + parts.joined(separator: ", "))
    }

    /// Runs a statement in a transaction of its own, which is committed.
    @discardableResult
    func rows(
        _ text: String, parameters: [String: Value] = [:],
        options: ExecutionOptions = .standard
    ) throws -> [[Value]] {
        let environment = Self.environment(options)
        let writer = try store.beginWrite(timeoutInMilliseconds: 1_000)
        do {
            try writer.beginStatement()
            let prepared = try QueryPipeline.prepare(
                try QueryPipeline.parse(text)[0], graph: writer.reader, environment: environment)
            let rows = try QueryPipeline.run(
                prepared, graph: writer.reader, writer: writer, parameters: parameters,
                environment: environment
            ).allRows()
            try writer.endStatement()
            _ = try writer.commit()
            return rows
        } catch {
            writer.rollback()
            throw error
        }
    }

    private static func environment(_ options: ExecutionOptions) -> StatementEnvironment {
        var environment = StatementEnvironment(
            time: StatementEnvironment.systemTime(),
            clock: { StatementEnvironment.systemTime() },
            defaultZone: StatementEnvironment.utc, seed: 1)
        environment.options = options
        return environment
    }

    /// What expressions and operators that a test makes itself run in: a snapshot of now.
    func context(variableCount: Int = 4) throws -> ExecutionContext {
        ExecutionContext(
            graph: try store.beginRead(), writer: nil, parameterValues: [],
            variableCount: variableCount, control: StatementControl(), limits: .standard,
            environment: Self.environment(.standard))
    }

    /// The rows of a statement as texts, in a fixed order.
    func sortedRows(
        _ text: String, parameters: [String: Value] = [:],
        options: ExecutionOptions = .standard
    ) throws -> [String] {
        try rows(text, parameters: parameters, options: options)
            .map { $0.map { "\($0)" }.joined(separator: " | ") }.sorted()
    }
}
