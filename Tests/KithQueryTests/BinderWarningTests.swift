import KithGraph
import KithLanguage
import KithValues
import Testing

@testable import KithQuery

/// What is allowed but probably not meant.
struct BinderWarningTests {
    /// A graph of one customer, one friend and one friendship.
    private static func store() throws -> GraphStore {
        let store = try GraphStore.inMemory()
        let writer = try store.beginWrite(timeoutInMilliseconds: 1_000)
        try writer.beginStatement()
        let text = """
            CREATE (:Customer {name: 'Ann', age: 30})-[:FRIEND {since: 2020}]->(:Customer {name: 'B'})
            """
        let prepared = try QueryPipeline.prepare(
            try QueryPipeline.parse(text)[0], graph: writer.reader, environment: environment)
        _ = try QueryPipeline.run(
            prepared, graph: writer.reader, writer: writer, parameters: [:],
            environment: environment
        ).allRows()
        try writer.endStatement()
        _ = try writer.commit()
        return store
    }

    private static var environment: StatementEnvironment {
        StatementEnvironment(
            time: StatementEnvironment.systemTime(),
            clock: { StatementEnvironment.systemTime() },
            defaultZone: StatementEnvironment.utc, seed: 1)
    }

    /// A statement with what is warned of between `«` and `»`, the code and the suggestion.
    static let warned: [(String, String, String?)] = [
        ("MATCH (n:«Custmer») RETURN n", "UnknownLabel", "Customer"),
        ("RETURN date().«yaer»", "UnknownProperty", "year"),
        ("RETURN date().«hour»", "UnknownProperty", nil),
        ("RETURN duration('P1D').«dayz»", "UnknownProperty", "days"),
        ("MATCH (n) WHERE n:«Custmer» RETURN n", "UnknownLabel", "Customer"),
        ("MATCH ()-[r:«FREIND»]->() RETURN r", "UnknownRelationshipType", "FRIEND"),
        ("MATCH (n:Customer) RETURN n.«nmae»", "UnknownProperty", "name"),
        ("MATCH (n:Customer {«nam»: 'Ann'}) RETURN n", "UnknownProperty", "name"),
        ("MATCH (n:Customer) WHERE n.age > «'30'» RETURN n", "IncomparableTypes", "30"),
        ("MATCH (n:Customer) WHERE n.name «=» 5 RETURN n", "IncomparableTypes", nil),
        ("RETURN 'a' «<» 1", "IncomparableTypes", nil),
    ]

    @Test("warns at the place, with the likeliest correction", arguments: warned)
    func warns(statement: String, code: String, suggestion: String?) throws {
        let parts = statement.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "«" || $0 == "»" })
        let start = parts[0].utf8.count
        let graph = try Self.store().beginRead()
        let prepared = try QueryPipeline.prepare(
            try QueryPipeline.parse(parts.joined())[0], graph: graph,
            environment: Self.environment)
        try #require(prepared.warnings.count == 1)
        let warning = prepared.warnings[0]
        #expect(warning.code == code)
        #expect(warning.span == SourceSpan(start: start, end: start + parts[1].utf8.count))
        #expect(warning.suggestions.first == suggestion)
    }

    /// Statements that are fine.
    static let silent = [
        "MATCH (n:Customer)-[r:FRIEND]->(m) WHERE n.age > 3 AND r.since < 2021.5 RETURN m.name",
        "CREATE (n:New {fresh: 1}) WITH n MATCH (m:New) RETURN m.fresh",
        "MATCH (n:Customer) SET n.late = 1 RETURN n.late",
        "WITH {a: 1} AS m RETURN m.b",
        "MATCH (n:Customer) WHERE n.age = $age RETURN n",
        "RETURN 1 < 2.5, null = 'a', date('2024-01-01').year",
    ]

    @Test("is silent where nothing is wrong", arguments: silent)
    func isSilent(statement: String) throws {
        let graph = try Self.store().beginRead()
        let prepared = try QueryPipeline.prepare(
            try QueryPipeline.parse(statement)[0], graph: graph, environment: Self.environment)
        #expect(prepared.warnings.isEmpty, "\(prepared.warnings)")
    }

    @Test("gives a bounded number of warnings")
    func isBounded() throws {
        let text = "RETURN 1" + String(repeating: " < 'a' < 1", count: 1_000)
        let statement = try Binding.bind(text)
        #expect(statement.warnings.count == Binder.warningCountMax)
    }

    @Test("names the missing parameter's place, and the one that was likely meant")
    func missingParameter() throws {
        let graph = try Self.store().beginRead()
        let prepared = try QueryPipeline.prepare(
            try QueryPipeline.parse("RETURN 1 + $amuont")[0], graph: graph,
            environment: Self.environment)
        do throws(QueryError) {
            _ = try QueryPipeline.run(
                prepared, graph: graph, writer: nil, parameters: ["amount": .integer(1)],
                environment: Self.environment)
            Issue.record("ran")
        } catch {
            #expect(error.detail == "MissingParameter")
            #expect(error.span == SourceSpan(start: 11, end: 18))
            #expect(error.suggestions == ["$amount"])
        }
    }

    @Test("knows the components of dates, times, durations and money")
    func components() throws {
        let graph = try TestGraph()
        let values = try graph.rows(
            """
            RETURN date(), localtime(), time(), localdatetime(), datetime(), duration('P1D'),
                   money('1', 'EUR')
            """)[0]
        let all = Set(ComponentNames.byKind.flatMap { $0.names })
        for (value, known) in zip(values, ComponentNames.byKind) {
            for name in all {
                let isThere = value.component(name) != nil
                #expect(isThere == known.names.contains(name), "\(value) \(name)")
            }
        }
    }
}
