import KithGraph
import KithLanguage
import KithValues

@testable import KithQuery

/// What a statement gave.
enum Outcome {
    case rows([[Value]])
    case failed(type: String, detail: String)
    /// The statement does not compile.
    case refused(String)
}

/// The choices under which the engine runs, none of which may change a result.
struct EngineChoices: CustomStringConvertible {
    var options = ExecutionOptions.standard

    init() {}

    init(_ choices: inout Choices) {
        options.batchSize = choices.pick([2_048, 1, 2, 3])
        options.threads = choices.pick([1, 2])
        options.usesIndexes = choices.chance(70)
        options.joinOrderSeed = choices.chance(60) ? UInt64(choices.below(1 << 20)) : nil
    }

    var description: String {
        "batches of \(options.batchSize), \(options.threads) threads, "
            + (options.usesIndexes ? "indexes, " : "no indexes, ")
            + (options.joinOrderSeed.map { "orders by \($0)" } ?? "best orders")
    }
}

/// A database below the library, in which each statement is a transaction or part of one.
final class Engine {
    private(set) var store: GraphStore
    private let path: String?
    private var options = ExecutionOptions.standard

    /// In memory, or in a file.
    init(path: String?) throws {
        self.path = path
        store =
            try path.map { try GraphStore.open(path: $0, options: GraphOptions()) }
            ?? GraphStore.inMemory(options: GraphOptions())
    }

    /// Closes the file and opens it again.
    func reopen() throws {
        guard let path else { return }
        try store.close()
        store = try GraphStore.open(path: path, options: GraphOptions())
    }

    private var environment: StatementEnvironment {
        var environment = StatementEnvironment(
            time: Instant(seconds: 0, nanoseconds: 0),
            clock: { Instant(seconds: 0, nanoseconds: 0) }, defaultZone: StatementEnvironment.utc,
            seed: 4)
        environment.options = options
        return environment
    }

    /// The bound form of a statement; nil with the reason when it does not compile.
    func bind(_ text: String) throws -> (BoundStatement?, String) {
        let reader = try store.beginRead()
        defer { reader.close() }
        do throws(QueryError) {
            let statements = try QueryPipeline.parse(text)
            guard statements.count == 1, case .query(let query) = statements[0].kind else {
                return (nil, "not one query")
            }
            let bound = try Binder.bind(
                query, nestingDepth: statements[0].nestingDepth,
                in: BindingEnvironment(catalog: reader.catalog))
            return (bound, "")
        } catch {
            return (nil, "\(error.detail): \(error.message)")
        }
    }

    /// Runs a statement; `commits` false undoes it afterwards by a rollback.
    ///
    /// A statement that only reads runs in a reading transaction, and gives no graph.
    func run(
        _ text: String, choices: EngineChoices, isWriting: Bool = true, commits: Bool = true
    ) throws -> (Outcome, ModelGraph?) {
        options = choices.options
        return isWriting ? try write(text, commits: commits) : (try read(text), nil)
    }

    private func read(_ text: String) throws -> Outcome {
        let reader = try store.beginRead()
        defer { reader.close() }
        do {
            return .rows(try rows(text, reader, nil))
        } catch {
            return try Self.outcome(of: error)
        }
    }

    private static func outcome(of error: any Error) throws -> Outcome {
        switch error {
        case let error as QueryError where error.phase == .compile:
            return .refused("\(error.detail): \(error.message)")
        case let error as QueryError: return .failed(type: error.type, detail: error.detail)
        case let error as GraphError:
            let turned = QueryError(graphError: error)
            return .failed(type: turned.type, detail: turned.detail)
        default: throw error
        }
    }

    private func write(_ text: String, commits: Bool) throws -> (Outcome, ModelGraph?) {
        let writer = try store.beginWrite(timeoutInMilliseconds: 1_000)
        let outcome: Outcome
        try writer.beginStatement()
        do {
            let rows = try rows(text, writer.reader, writer)
            try writer.endStatement()
            outcome = .rows(rows)
        } catch {
            try writer.rollbackStatement()
            outcome = try Self.outcome(of: error)
        }
        let graph = try GraphSnapshot(writer.reader).graph
        if commits {
            _ = try writer.commit(durability: .deferred)
        } else {
            writer.rollback()
        }
        return (outcome, graph)
    }

    private func rows(
        _ text: String, _ reader: GraphReader, _ writer: GraphWriter?
    ) throws -> [[Value]] {
        let statement = try QueryPipeline.parse(text)[0]
        let prepared = try QueryPipeline.prepare(
            statement, graph: reader, environment: environment)
        let cursor = try QueryPipeline.run(
            prepared, graph: reader, writer: writer,
            parameters: QueryGenerator.parameters, environment: environment)
        var rows: [[Value]] = []
        while let batch = try cursor.next() { rows += batch }
        return rows
    }

    /// The committed graph.
    func graph() throws -> ModelGraph {
        let reader = try store.beginRead()
        defer { reader.close() }
        return try GraphSnapshot(reader).graph
    }
}

extension SlotSet {
    /// The slots of the set.
    fileprivate var members: [Int] {
        var result: [Int] = []
        for index in 0..<Self.wordCount {
            var word = self[word: index]
            while word != 0 {
                result.append(index * 64 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
        return result
    }
}

/// The engine's whole graph, read without its query layer.
struct GraphSnapshot {
    var graph = ModelGraph()

    init(_ reader: GraphReader) throws {
        let catalog = reader.catalog
        for chunk in try reader.nodeChunks(label: nil) {
            for slot in try reader.slots(inNodeChunk: chunk, labels: []).members {
                let id = NodeID(rawValue: chunk.rawID(slot: slot))
                let labels = try reader.labels(of: id).map { catalog.name(of: $0) }
                var properties: [String: Value] = [:]
                for (key, value) in try reader.properties(of: id) {
                    properties[catalog.name(of: key)] = value
                }
                graph.nodes.append(
                    ModelNode(id: id.rawValue, labels: Set(labels), properties: properties))
            }
        }
        for chunk in try reader.relationshipChunks(type: nil) {
            for slot in try reader.slots(inRelationshipChunk: chunk).members {
                let id = RelationshipID(rawValue: chunk.rawID(slot: slot))
                guard let record = try reader.record(of: id) else { continue }
                var properties: [String: Value] = [:]
                for (key, value) in try reader.properties(of: id) {
                    properties[catalog.name(of: key)] = value
                }
                graph.relationships.append(
                    ModelRelationship(
                        id: id.rawValue, type: catalog.name(of: record.type),
                        source: record.source, target: record.target, properties: properties))
            }
        }
    }
}
