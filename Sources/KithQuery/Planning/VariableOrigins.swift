/// Where the values of a variable come from, as far as that tells how many there are and how they are
/// spread. For estimates only: no plan is right or wrong by it.
enum VariableOrigin: Sendable {
    /// A node that has these labels.
    case node(labels: [String])
    /// A relationship of one of these types; none stands for all.
    case relationship(types: [String])
    /// A property of such a node or relationship.
    indirect case property(VariableOrigin, key: String)
}

/// The origins of a statement's variables.
struct VariableOrigins: Sendable {
    private var origins: [VariableID: VariableOrigin] = [:]
    /// How many rows there were at least once with a variable, by its index; infinity where nothing is
    /// known.
    private var limits: [Double] = []

    subscript(_ variable: VariableID) -> VariableOrigin? { origins[variable] }

    /// The labels that a node is known to have.
    func labels(of variable: VariableID) -> [String] {
        if case .node(let labels) = origins[variable] { return labels }
        return []
    }

    /// No more different values than this has an expression that is a variable or belongs to one.
    func limit(of expression: BoundExpression) -> Double {
        switch expression.kind {
        case .variable(let variable):
            variable.index < limits.count ? limits[variable.index] : .infinity
        case .property(let subject, _): limit(of: subject)
        default: .infinity
        }
    }

    /// Notes that a step with these variables gives so many rows: none of them has more values.
    mutating func limit(_ variables: VariableSet, to rows: Double) {
        for variable in variables {
            let missing = variable.index + 1 - limits.count
            if missing > 0 { limits += repeatElement(.infinity, count: missing) }
            limits[variable.index] = min(limits[variable.index], max(rows, 1))
        }
    }

    /// Notes what a pattern says of its variables.
    mutating func add(_ pattern: BoundPattern, labels: (VariableID) -> [String]) {
        for node in pattern.nodes {
            let known = self.labels(of: node.variable)
            let added = labels(node.variable).filter { !known.contains($0) }
            origins[node.variable] = .node(labels: known + added)
        }
        for relationship in pattern.relationships
        where relationship.length == nil && relationship.quantified == nil {
            origins[relationship.variable] = .relationship(types: relationship.typeNames ?? [])
        }
    }

    /// Notes that a variable is a node with labels.
    mutating func add(_ node: VariableID, labels: [String]) {
        origins[node] = .node(labels: labels)
    }

    /// Notes that a variable gets the value of an expression.
    mutating func add(_ variable: VariableID, _ expression: BoundExpression) {
        if let origin = origin(of: expression) { origins[variable] = origin }
        let limit = limit(of: expression)
        if limit.isFinite { self.limit([variable], to: limit) }
    }

    /// Where the values of an expression come from; nil where it computes.
    func origin(of expression: BoundExpression) -> VariableOrigin? {
        switch expression.kind {
        case .variable(let variable): return origins[variable]
        case .property(let subject, let key):
            switch origin(of: subject) {
            case .node(let labels): return .property(.node(labels: labels), key: key)
            case .relationship(let types): return .property(.relationship(types: types), key: key)
            case .property, nil: return nil
            }
        default: return nil
        }
    }
}
