import Kith
import KithTestSupport
import Testing

@Suite("Projections of a graph")
struct ProjectionTests {
    private func projected(
        _ choice: ProjectionChoice, _ transaction: Transaction,
        ways: GraphProjection.Ways = .forward
    ) throws -> GraphProjection {
        var definition = ProjectionDefinition()
        definition.labels = choice.labels
        definition.types = choice.types
        definition.weight = choice.isWeighted ? "weight" : nil
        switch choice.direction {
        case "incoming": definition.direction = .incoming
        case "both": definition.direction = .both
        default: definition.direction = .outgoing
        }
        return try transaction.projection(definition, ways: ways)
    }

    /// The edges of lists by the keys of their ends, sorted.
    private func edges(
        _ lists: ProjectedLists, _ projection: GraphProjection, _ keys: [NodeID: Int]
    ) -> [String] {
        var found: [String] = []
        for node in 0..<projection.nodes.count {
            let from = keys[projection.nodes.node(at: node)] ?? -1
            var previous: UInt32 = 0
            for edge in lists.range(of: node) {
                #expect(lists.targets[edge] >= previous, "neighbours are sorted")
                previous = lists.targets[edge]
                let to = keys[projection.nodes.node(at: Int(lists.targets[edge]))] ?? -1
                found.append("\(from) \(to) \(lists.weights?[edge] ?? 1)")
            }
        }
        return found.sorted()
    }

    private func edges(_ plain: PlainGraph, isWeighted: Bool, isReversed: Bool) -> [String] {
        var found: [String] = []
        for node in 0..<plain.count {
            for edge in plain.lists[node] {
                let (from, to) = (plain.keys[node], plain.keys[edge.target])
                let ends = isReversed ? "\(to) \(from)" : "\(from) \(to)"
                found.append("\(ends) \(isWeighted ? edge.weight : 1)")
            }
        }
        return found.sorted()
    }

    @Test("have the nodes and edges of the graph", arguments: AlgorithmTrial.seeds)
    func contents(seed: UInt64) throws {
        try AlgorithmTrial.run(seed: seed, nodes: 400, edges: 700) { graph, transaction in
            var keys: [NodeID: Int] = [:]
            for row in try transaction.rows("MATCH (n:Node) RETURN n, n.key") {
                if case .node(let id) = row[0], case .integer(let key) = row[1] {
                    keys[id] = Int(key)
                }
            }
            for choice in ProjectionChoice.all {
                let projection = try projected(
                    choice, transaction, ways: [.forward, .backward])
                let plain = choice.plain(graph, direction: "outgoing")
                #expect(projection.nodes.count == plain.count)
                for node in 0..<projection.nodes.count {
                    #expect(
                        projection.nodes.position(of: projection.nodes.node(at: node)) == node)
                }
                #expect(
                    edges(projection.lists, projection, keys)
                        == edges(plain, isWeighted: choice.isWeighted, isReversed: false))
                #expect(
                    edges(projection.reversedLists, projection, keys)
                        == edges(plain, isWeighted: choice.isWeighted, isReversed: true))
            }
        }
    }

    @Test("are kept until the graph changes")
    func kept() throws {
        let graph = try AlgorithmGraph.random(seed: 5, nodes: 40, edges: 80)
        let choice = ProjectionChoice(types: ["R"], direction: "both")
        let first = try graph.database.read { try projected(choice, $0) }
        try graph.database.read { transaction in
            let again = try projected(choice, transaction)
            #expect(again.lists === first.lists && again.nodes === first.nodes)
            // Another direction has the same nodes.
            let other = try projected(
                ProjectionChoice(types: ["R"], direction: "incoming"), transaction)
            #expect(other.nodes === first.nodes && other.lists !== first.lists)
        }
        try graph.database.execute("CREATE (:Node {key: 100000})")
        try graph.database.read { transaction in
            let later = try projected(choice, transaction)
            #expect(later.nodes.count == first.nodes.count + 1)
            #expect(later.lists !== first.lists)
        }
        // What was asked for before is as it was.
        #expect(first.lists.nodeCount == first.nodes.count)
    }

    /// The nodes that most others point to; the example of docs/ALGORITHMS.md.
    private func mostFollowed(_ database: Database) throws -> [NodeID] {
        var definition = ProjectionDefinition()
        definition.labels = ["Person"]
        definition.types = ["FOLLOWS"]
        definition.direction = .incoming
        let projection = try database.read { try $0.projection(definition) }
        let lists = projection.lists
        let followers = (0..<projection.nodes.count).map { lists.range(of: $0).count }
        let most = followers.max() ?? 0
        return followers.indices.filter { followers[$0] == most }.map {
            projection.nodes.node(at: $0)
        }
    }

    @Test("serve a program's own algorithm")
    func own() throws {
        let database = try Database.inMemory()
        try database.execute(
            "CREATE (a:Person)-[:FOLLOWS]->(b:Person {name: 'b'})<-[:FOLLOWS]-(:Person), (b)-[:FOLLOWS]->(a)"
        )
        let rows = try database.read { try $0.rows("MATCH (p:Person {name: 'b'}) RETURN p") }
        guard case .node(let expected) = rows[0][0] else {
            Issue.record("no node")
            return
        }
        #expect(try mostFollowed(database) == [expected])
    }

    @Test("are not kept beyond their budget, and work without one")
    func budget() throws {
        var options = Database.Options()
        options.graph.projectionCacheBudgetInBytes = 0
        let database = try Database.inMemory(options: options)
        try database.execute("CREATE (:A)-[:R]->(:A)")
        try database.read { transaction in
            let first = try transaction.projection(ProjectionDefinition())
            let second = try transaction.projection(ProjectionDefinition())
            #expect(first.lists !== second.lists && first.lists.edgeCount == 1)
            #expect(second.lists.edgeCount == 1)
        }
    }

    @Test("say what is wrong with a definition or a weight")
    func errors() throws {
        let database = try Database.inMemory()
        try database.execute("CREATE (:Person)-[:KNOWS {since: 'long'}]->(:Person)")
        func error(_ change: (inout ProjectionDefinition) -> Void) throws -> KithError? {
            var definition = ProjectionDefinition()
            change(&definition)
            return try database.read { transaction in
                do throws(KithError) {
                    _ = try transaction.projection(definition)
                    return nil
                } catch {
                    return error
                }
            }
        }
        #expect(try error { $0.labels = ["Persn"] }?.suggestions == ["Person"])
        #expect(try error { $0.types = ["KNOW"] }?.suggestions == ["KNOWS"])
        #expect(try error { $0.weight = "sinc" }?.suggestions == ["since"])
        let kind = try error { $0.weight = "since" }
        #expect(kind?.code == KithError.Code("TypeError", "InvalidArgumentType"))
        #expect(try error { $0.labels = ["Person"] } == nil)
    }

    @Test("count to a statement's memory, which a call gives back")
    func memory() throws {
        let graph = try AlgorithmGraph.random(seed: 6, nodes: 2_000, edges: 4_000)
        try graph.database.read { transaction in
            var limits = Database.Limits()
            limits.memoryInBytes = 50_000
            let statement = try PreparedStatement(
                "CALL algo.pageRank() YIELD score RETURN count(*) AS nodes")
            do throws(KithError) {
                _ = try transaction.run(statement, limits: limits).collected()
                Issue.record("no error")
            } catch {
                #expect(error.code.detail == "OutOfMemory")
            }
            // Many calls one after the other need no more than one.
            limits.memoryInBytes = 3_000_000
            let many = try PreparedStatement(
                "UNWIND range(1, 60) AS i CALL algo.wcc() YIELD componentId RETURN count(*) AS c")
            let rows = try transaction.run(many, limits: limits).collected().rows
            #expect("\(rows[0][0])" == "\(60 * graph.labels.count)")
        }
    }

    @Test("stop when the statement is cancelled, or its time is over")
    func stopping() throws {
        let graph = try AlgorithmGraph.random(seed: 7, nodes: 2_000, edges: 4_000)
        try graph.database.read { transaction in
            let statement = try PreparedStatement(
                "CALL algo.betweenness({direction: 'both'}) YIELD score RETURN max(score)")
            let control = StatementControl()
            control.cancel()
            var limits = Database.Limits()
            limits.durationInMilliseconds = 1
            for (control, limits, detail) in [
                (control, nil, "Cancelled"), (StatementControl(), limits, "DeadlineExceeded"),
            ] as [(StatementControl, Database.Limits?, String)] {
                do throws(KithError) {
                    _ = try transaction.run(statement, limits: limits, control: control)
                        .collected()
                    Issue.record("no error")
                } catch {
                    #expect(error.code.detail == detail)
                }
            }
        }
    }
}
