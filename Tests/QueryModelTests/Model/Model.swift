import KithLanguage
import KithTestSupport
import KithValues

@testable import KithQuery

/// An error of a statement in the model.
struct ModelError: Error {
    let type: String
    let detail: String

    init(_ type: String, _ detail: String) {
        self.type = type
        self.detail = detail
    }
}

/// What a run of the model gave, and the graph that it left; that of before after an error.
struct ModelRun {
    enum Outcome {
        case rows(ModelRows)
        /// The type is nil where it is open.
        case failed(type: String?)
    }

    let outcome: Outcome
    let graph: ModelGraph
}

/// Rows whose order may be open.
struct ModelRows {
    /// The rows before SKIP and LIMIT: groups of which each comes before the next, while the rows
    /// within one may come in any order.
    var groups: [[[Value]]]
    var skip = 0
    var limit = Int.max
}

/// The reference evaluator: the plainest reading of openCypher over a list of nodes and a list of
/// relationships. No planner, no batches, no laziness: each clause takes a list of rows and gives
/// one.
///
/// Where the language leaves the order of rows open, the model shuffles them, so that two runs tell
/// whether a statement's result depends on that order.
final class Model {
    /// The values of all variables of the statement, by their number.
    typealias Row = [Value]

    var graph: ModelGraph
    let parameters: [String: Value]
    let variableCount: Int
    var shuffler: SeededGenerator
    /// The rows and steps it may still make, so that a random query cannot run for minutes.
    var budget = 1_500
    /// Whether any node or relationship was deleted.
    var hasDeleted = false
    private let constraints: [ModelConstraint]

    init(
        _ graph: ModelGraph, parameters: [String: Value], variableCount: Int, shuffle: UInt64,
        constraints: [ModelConstraint] = []
    ) {
        self.constraints = constraints
        self.graph = graph
        self.parameters = parameters
        self.variableCount = variableCount
        shuffler = SeededGenerator(seed: shuffle)
    }

    /// Runs a statement; gives its rows. The graph is what it left, also after an error.
    func run(_ statement: BoundStatement) throws -> ModelRows {
        let rows = try rows(of: statement.query)
        if statement.isWriting {
            if !graph.isWhole {
                throw ModelError("ConstraintVerificationFailed", "DeleteConnectedNode")
            }
            for constraint in constraints where !constraint.holds(in: graph) {
                throw ModelError("ConstraintVerificationFailed", "ConstraintViolated")
            }
        }
        return rows
    }

    private func rows(of query: BoundQuery) throws -> ModelRows {
        let start = Row(repeating: .null, count: variableCount)
        guard !query.columns.isEmpty, query.branches.count == 1, let branch = query.branches.first,
            case .project(let last) = branch.clauses.last
        else {
            let rows = try run(query, from: start)
            return ModelRows(groups: query.columns.isEmpty ? [] : [rows])
        }
        let input = try run(Array(branch.clauses.dropLast()), [start])
        let groups = try projected(last, input).map { group in
            group.map { row in branch.columns.map { row[$0.index] } }
        }
        return ModelRows(
            groups: groups, skip: try last.skip.map { try bound($0) } ?? 0,
            limit: try last.limit.map { try bound($0) } ?? .max)
    }

    /// Runs a query for one row; gives the values of its columns.
    func run(_ query: BoundQuery, from row: Row) throws -> [[Value]] {
        var results: [[Value]] = []
        for branch in query.branches {
            let rows = try run(branch.clauses, [row])
            if query.columns.isEmpty {
                results += rows.map { _ in [] }
            } else {
                results += rows.map { row in branch.columns.map { row[$0.index] } }
            }
        }
        if query.branches.count > 1, !query.keepsDuplicates {
            results = Self.distinct(results) { $0 }
        }
        return results
    }

    /// Runs clauses one after the other.
    func run(_ clauses: [BoundClause], _ input: [Row]) throws -> [Row] {
        var rows = input
        for clause in clauses { rows = try run(clause, rows) }
        return rows
    }

    /// Counts work.
    func spend(_ amount: Int = 1) throws {
        budget -= amount
        if budget < 0 { throw ModelError("Model", "TooMuchWork") }
    }

    /// The first of all rows whose keys are equivalent.
    static func distinct<Element>(
        _ elements: [Element], _ key: (Element) throws -> [Value]
    ) rethrows -> [Element] {
        var kept: [(key: [Value], element: Element)] = []
        for element in elements {
            let values = try key(element)
            if kept.contains(where: { areEquivalent($0.key, values) }) { continue }
            kept.append((values, element))
        }
        return kept.map { $0.element }
    }

    /// Whether two rows count as one for DISTINCT and grouping.
    static func areEquivalent(_ left: [Value], _ right: [Value]) -> Bool {
        zip(left, right).allSatisfy { Value.isEquivalent($0, $1) }
    }
}

/// What functions ask of the statement.
extension Model: FunctionContext {
    var statementTime: Instant { Instant(seconds: 0, nanoseconds: 0) }
    var transactionTime: Instant { statementTime }
    var realTime: Instant { statementTime }
    var defaultZone: ZoneName { StatementEnvironment.utc }
    func nextRandom() -> UInt64 { 4 }

    func labels(of node: NodeID) throws(ValueError) -> [String] {
        guard let position = graph.position(node: node.rawValue) else { throw Self.deleted }
        return graph.nodes[position].labels.sorted()
    }

    func type(of relationship: RelationshipID) throws(ValueError) -> String {
        guard let position = graph.position(relationship: relationship.rawValue) else {
            throw Self.deleted
        }
        return graph.relationships[position].type
    }

    func ends(of relationship: RelationshipID) throws(ValueError) -> (start: NodeID, end: NodeID) {
        guard let position = graph.position(relationship: relationship.rawValue) else {
            throw Self.deleted
        }
        let record = graph.relationships[position]
        return (NodeID(rawValue: record.source), NodeID(rawValue: record.target))
    }

    func properties(of entity: Value) throws(ValueError) -> ValueMap {
        if case .map(let map) = entity { return map }
        guard let found = propertiesOfEntity(entity) else { throw Self.deleted }
        return ValueMap(found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// The properties of a node or relationship; nil when it is gone.
    func propertiesOfEntity(_ entity: Value) -> [String: Value]? {
        switch entity {
        case .node(let id):
            return graph.position(node: id.rawValue).map { graph.nodes[$0].properties }
        case .relationship(let id):
            return graph.position(relationship: id.rawValue).map {
                graph.relationships[$0].properties
            }
        default: return nil
        }
    }

    private static var deleted: ValueError {
        ValueError(.entityNotFound, "DeletedEntityAccess", "deleted")
    }
}
