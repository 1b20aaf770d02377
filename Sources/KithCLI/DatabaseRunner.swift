import Glibc
import Kith
import KithGraph

/// Runs statements on a database, in a session of its own.
///
/// `@unchecked`: the session belongs to the one thread that runs statements.
final class DatabaseRunner: StatementRunner, @unchecked Sendable {
    /// The database.
    let database: Database
    private let session: Session
    private let isStrictByDefault: Bool

    /// Runs statements on `database`.
    init(_ database: Database) {
        self.database = database
        session = Session(database)
        isStrictByDefault = session.isStrict
    }

    func run(
        _ request: StatementRequest, into receiver: inout some RowReceiver
    ) throws(StatementProblem) -> StatementOutcome {
        do throws(KithError) {
            return try runThrowing(request, into: &receiver)
        } catch {
            throw StatementProblem(error)
        }
    }

    private func runThrowing(
        _ request: StatementRequest, into receiver: inout some RowReceiver
    ) throws(KithError) -> StatementOutcome {
        let start = Self.now()
        let statement = try database.statement(request.text)
        session.isStrict = request.isStrict ?? isStrictByDefault
        var limits = Database.Limits()
        if let memory = request.memoryLimitInBytes { limits.memoryInBytes = memory }
        limits.durationInMilliseconds = request.deadlineInMilliseconds
        var hasBegun = false
        let result = try session.run(
            statement, parameters: request.parameters, limits: limits, control: request.control
        ) { columns, rows throws(KithError) in
            if !hasBegun {
                receiver.begin(columns: columns)
                hasBegun = true
            }
            if !rows.isEmpty { receiver.receive(rows.map(OutputValue.values)) }
        }
        var outcome = StatementOutcome()
        outcome.changes = Self.changes(result.changes)
        outcome.warnings = result.warnings.map { warning in
            StatementProblem(
                detail: warning.code, phase: "compile", message: warning.message,
                place: warning.place.map(StatementProblem.Place.init),
                suggestions: warning.suggestions)
        }
        if let profile = result.profile, let first = profile.first {
            outcome.profile = (first.columns, profile.map(OutputValue.values))
        }
        outcome.elapsedInMilliseconds = (Self.now() - start) * 1000
        return outcome
    }

    var isInTransaction: Bool { session.isInTransaction }

    /// The functions and procedures, asked for once.
    private lazy var builtIns: (functions: [String], procedures: [String]) = (
        names(of: "SHOW FUNCTIONS"), names(of: "SHOW PROCEDURES")
    )

    private func names(of statement: String) -> [String] {
        let rows = (try? database.execute(Query(statement)))?.rows ?? []
        return rows.compactMap { row in
            guard case .string(let name)? = row["name"] else { return nil }
            return name
        }
    }

    func schemaNames() -> SchemaNames {
        var names = SchemaNames()
        (names.functions, names.procedures) = builtIns
        guard let reader = try? database.beginRead() else { return names }
        defer { reader.end() }
        let catalog = reader.graph.catalog
        names.labels = catalog.labelNames.sorted()
        names.relationshipTypes = catalog.relationshipTypeNames.sorted()
        names.properties = catalog.propertyKeyNames.sorted()
        names.labelCounts = names.labels.map { name in
            catalog.label(name).map { reader.graph.nodeCount(label: $0) } ?? 0
        }
        names.typeCounts = names.relationshipTypes.map { name in
            catalog.relationshipType(name).map { reader.graph.relationshipCount(type: $0) } ?? 0
        }
        names.rules = Self.rules(catalog)
        return names
    }

    private static func rules(_ catalog: Catalog) -> [String] {
        func place(_ entity: EntityKind, _ token: UInt32, _ keys: [PropertyKeyID]) -> String {
            let names = keys.map { catalog.name(of: $0) }.joined(separator: ", ")
            return entity == .node
                ? ":\(catalog.name(of: LabelID(rawValue: token)))(\(names))"
                : "[:\(catalog.name(of: RelationshipTypeID(rawValue: token)))](\(names))"
        }
        let constraints = catalog.constraints.map { constraint in
            let kind =
                switch constraint.kind {
                case .unique: "unique"
                case .exists: "required"
                case .key: "key"
                case .type: "typed"
                }
            return "\(kind) "
                + place(constraint.entity, constraint.token, constraint.properties)
        }
        let indexes = catalog.indexes.filter { $0.constraintName == nil }.map { index in
            "index " + place(index.entity, index.token, index.properties)
        }
        return constraints + indexes
    }

    /// The changes under the names of the pipe protocol; those of the schema only where there are any.
    private static func changes(_ counts: ChangeCounts) -> [(name: String, count: Int)] {
        let always = [
            ("nodesCreated", counts.nodesCreated), ("nodesDeleted", counts.nodesDeleted),
            ("relationshipsCreated", counts.relationshipsCreated),
            ("relationshipsDeleted", counts.relationshipsDeleted),
            ("propertiesSet", counts.propertiesSet), ("labelsAdded", counts.labelsAdded),
            ("labelsRemoved", counts.labelsRemoved),
        ]
        let schema = [
            ("indexesAdded", counts.indexesAdded), ("indexesRemoved", counts.indexesRemoved),
            ("constraintsAdded", counts.constraintsAdded),
            ("constraintsRemoved", counts.constraintsRemoved),
        ]
        return (always + schema.filter { $0.1 != 0 }).map { (name: $0.0, count: $0.1) }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

extension StatementProblem {
    /// An error of the library.
    init(_ error: KithError) {
        self.init(
            type: error.code.type, detail: error.code.detail, phase: error.phase.rawValue,
            message: error.message, place: error.place.map(Place.init), hint: error.hint,
            suggestions: error.suggestions)
    }
}

extension StatementProblem.Place {
    /// A place as the library gives it.
    init(_ place: KithError.Place) {
        self.init(
            line: place.line, column: place.column, endLine: place.endLine,
            endColumn: place.endColumn)
    }
}

extension OutputValue {
    /// The values of a row, with all that they refer to.
    static func values(_ row: Row) -> [OutputValue] {
        row.values.map { OutputValue($0, row.entities) }
    }

    /// A value with all that it refers to.
    init(_ value: Value, _ entities: EntityTable) {
        switch value {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .integer(let number): self = .integer(number)
        case .float(let number): self = .float(number)
        case .string(let text): self = .string(text)
        case .list(let values): self = .list(values.map { OutputValue($0, entities) })
        case .map(let map): self = .map(Self.entries(map, entities))
        case .node(let id): self = .node(Self.node(id, entities.node(id), entities))
        case .relationship(let id):
            self = .relationship(Self.relationship(id, entities.relationship(id), entities))
        case .path(let path):
            self = .path(
                nodes: path.nodes.map { Self.node($0, entities.node($0), entities) },
                relationships: path.relationships.map {
                    Self.relationship($0, entities.relationship($0), entities)
                })
        case .date, .localTime, .time, .localDateTime, .dateTime, .duration:
            self = .temporal(type: value.kind.name, text: value.plainText ?? "")
        case .money(let money):
            self = .money(amount: money.amountText, currency: money.currency.code)
        }
    }

    private static func entries(_ map: ValueMap, _ entities: EntityTable) -> [OutputEntry] {
        map.entries.map { OutputEntry(key: $0.key, value: OutputValue($0.value, entities)) }
    }

    private static func node(_ id: NodeID, _ node: Node?, _ entities: EntityTable) -> OutputNode {
        OutputNode(
            id: id.rawValue, labels: node?.labels ?? [],
            properties: node.map { entries($0.properties, entities) } ?? [])
    }

    private static func relationship(
        _ id: RelationshipID, _ relationship: Relationship?, _ entities: EntityTable
    ) -> OutputRelationship {
        OutputRelationship(
            id: id.rawValue, type: relationship?.type ?? "",
            start: relationship?.start.rawValue ?? 0, end: relationship?.end.rawValue ?? 0,
            properties: relationship.map { entries($0.properties, entities) } ?? [])
    }
}
