import KithValues

/// A constraint on the nodes with a label.
struct ModelConstraint {
    enum Kind {
        case unique, exists, key
        /// Of the type INTEGER.
        case integer
    }

    let kind: Kind
    let label: String
    let property: String

    /// The statement that makes it.
    var statement: String {
        let requirement =
            switch kind {
            case .unique: "IS UNIQUE"
            case .exists: "IS NOT NULL"
            case .key: "IS NODE KEY"
            case .integer: "IS :: INTEGER"
            }
        return "CREATE CONSTRAINT FOR (n:\(label)) REQUIRE n.\(property) \(requirement)"
    }

    func holds(in graph: ModelGraph) -> Bool {
        let values = graph.nodes.filter { $0.labels.contains(label) }.map {
            $0.properties[property] ?? .null
        }
        let given = values.filter { !$0.isNull }
        switch kind {
        case .unique: return Self.areDistinct(given)
        case .exists: return given.count == values.count
        case .key: return given.count == values.count && Self.areDistinct(given)
        case .integer: return given.allSatisfy { if case .integer = $0 { true } else { false } }
        }
    }

    private static func areDistinct(_ values: [Value]) -> Bool {
        for (position, value) in values.enumerated()
        where values[(position + 1)...].contains(where: { Value.isEquivalent(value, $0) }) {
            return false
        }
        return true
    }
}
