import KithGraph
import KithValues

/// The rule that the relationships of one MATCH differ: finds rows that break it.
struct RelationshipUniqueness: Sendable {
    /// The variables of relationships matched before: single ones and lists.
    let others: [VariableID]

    /// The rows on which the relationship in `candidate` is none of the others.
    ///
    /// `batch` has the other variables, row by row beside the candidate.
    func distinctRows(_ candidate: [UInt64], _ batch: Batch) -> [Int32]? {
        guard !others.isEmpty else { return nil }
        var keeps = [Bool](repeating: true, count: candidate.count)
        for other in others {
            let vector = batch[other]
            if vector.layout == .relationship, vector.validity == nil {
                let mask = vector.positionMask
                for row in candidate.indices where vector.ids[row & mask] == candidate[row] {
                    keeps[row] = false
                }
                continue
            }
            for row in candidate.indices {
                if Self.contains(vector.value(at: row), candidate[row]) { keeps[row] = false }
            }
        }
        return keeps.indices.filter { keeps[$0] }.map { Int32($0) }
    }

    /// Whether a relationship, or a list of them, has the one with this id.
    static func contains(_ value: Value, _ id: UInt64) -> Bool {
        switch value {
        case .relationship(let relationship): relationship.rawValue == id
        case .list(let elements): elements.contains { contains($0, id) }
        default: false
        }
    }
}

/// The types in the catalog that fit a condition, remembered for one version of the catalog.
struct KnownTypes {
    private var catalogVersion: UInt64?
    private var types: [RelationshipTypeID]?

    /// See ``TypeCondition/types(_:)``.
    mutating func types(
        _ condition: TypeCondition, _ context: ExecutionContext
    ) -> [RelationshipTypeID]? {
        let version = context.graph.catalogVersion
        if catalogVersion != version {
            types = condition.types(context)
            catalogVersion = version
        }
        return types
    }

    /// The types to ask the graph for, of which none stands for all; nil where no type fits.
    mutating func search(
        _ condition: TypeCondition, _ context: ExecutionContext
    ) -> [RelationshipTypeID]? {
        guard let types = types(condition, context) else { return [] }
        return types.isEmpty ? nil : types
    }
}

/// The types of a pattern's relationship, as the statement names them.
struct TypeCondition: Sendable {
    /// nil accepts every type.
    let expression: BoundLabelExpression?

    /// The types in the catalog that fit; nil when every type does.
    func types(_ context: ExecutionContext) -> [RelationshipTypeID]? {
        guard let expression else { return nil }
        let catalog = context.graph.catalog
        return catalog.relationshipTypeNames.filter { name in
            expression.holds {
                UTF8Order.areEqual($0, name)
            } hasAny: {
                true
            }
        }.compactMap { catalog.relationshipType($0) }
    }

    /// How EXPLAIN writes it.
    var text: String { expression.map { ":\($0.text)" } ?? "" }
}

extension BoundLabelExpression {
    /// The condition as the language writes it.
    var text: String {
        switch self {
        case .label(let name): name
        case .wildcard: "%"
        case .and(let parts): parts.map { $0.text }.joined(separator: "&")
        case .or(let parts): parts.map { $0.text }.joined(separator: "|")
        case .not(let part): "!\(part.text)"
        }
    }
}

extension PatternDirection {
    /// The way the graph is asked, from the node on the left.
    var graphDirection: Direction {
        switch self {
        case .outgoing: .outgoing
        case .incoming: .incoming
        case .either: .both
        }
    }

    /// The way seen from the node on the right.
    var reversed: PatternDirection {
        switch self {
        case .outgoing: .incoming
        case .incoming: .outgoing
        case .either: .either
        }
    }

    /// An arrow as the language draws it around `text`.
    func arrow(_ text: String) -> String {
        switch self {
        case .outgoing: "-[\(text)]->"
        case .incoming: "<-[\(text)]-"
        case .either: "-[\(text)]-"
        }
    }
}
