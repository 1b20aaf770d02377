import KithGraph
import KithLanguage
import KithValues

/// The options of a call of an algorithm, checked when they are asked for.
struct AlgorithmOptions {
    private let map: ValueMap
    private let name: String

    /// Takes the argument of a call: a map of nothing but options of the procedure, or null.
    init(_ argument: Value, of procedure: AlgorithmProcedure) throws(QueryError) {
        name = procedure.signature.name
        switch argument {
        case .null: map = ValueMap()
        case .map(let options): map = options
        default:
            throw QueryError(
                type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
                message: "the options of `\(name)` must be a map, not \(argument.kind.name)")
        }
        for key in map.keys where !procedure.optionNames.contains(key) {
            throw QueryError(
                type: "ArgumentError", detail: "InvalidArgumentValue", phase: .runtime,
                message: "`\(name)` has no option `\(key)`",
                hint: "It has \(procedure.optionNames.map { "`\($0)`" }.joined(separator: ", ")).",
                suggestions: Suggestions.nearest(to: key, among: procedure.optionNames))
        }
    }

    /// The value of an option; nil where it is not given, or null.
    subscript(option: String) -> Value? {
        guard let value = map[option], !value.isNull else { return nil }
        return value
    }

    /// The error of an option with a value that cannot be.
    func invalid(_ option: String, _ what: String) -> QueryError {
        QueryError(
            type: "ArgumentError", detail: "InvalidArgumentValue", phase: .runtime,
            message: "the option `\(option)` of `\(name)` \(what)")
    }

    private func wrongType(_ option: String, _ expected: String, _ value: Value) -> QueryError {
        QueryError(
            type: "TypeError", detail: "InvalidArgumentType", phase: .runtime,
            message: "the option `\(option)` of `\(name)` must be \(expected), not"
                + " \(value.kind.name)")
    }

    /// A whole number within bounds.
    func integer(
        _ option: String, _ standard: Int, in bounds: ClosedRange<Int>
    ) throws(QueryError) -> Int {
        guard let value = self[option] else { return standard }
        guard case .integer(let number) = value else {
            throw wrongType(option, "a whole number", value)
        }
        guard let exact = Int(exactly: number), bounds.contains(exact) else {
            let end = bounds.upperBound == .max ? "or more" : "to \(bounds.upperBound)"
            throw invalid(option, "must be \(bounds.lowerBound) \(end), not \(number)")
        }
        return exact
    }

    /// A number within bounds.
    func number(
        _ option: String, _ standard: Double, in bounds: ClosedRange<Double>
    ) throws(QueryError) -> Double {
        guard let value = self[option] else { return standard }
        let number: Double
        switch value {
        case .integer(let whole): number = Double(whole)
        case .float(let float): number = float
        default: throw wrongType(option, "a number", value)
        }
        guard bounds.contains(number) else {
            let end = bounds.upperBound.isInfinite ? "or more" : "to \(bounds.upperBound)"
            throw invalid(option, "must be \(bounds.lowerBound) \(end), not \(number)")
        }
        return number
    }

    /// Where random choices begin.
    func seed() throws(QueryError) -> UInt64 {
        guard let value = self["seed"] else { return 0 }
        guard case .integer(let number) = value else {
            throw wrongType("seed", "a whole number", value)
        }
        return UInt64(bitPattern: number)
    }

    /// A truth value.
    func boolean(_ option: String, _ standard: Bool) throws(QueryError) -> Bool {
        guard let value = self[option] else { return standard }
        guard case .boolean(let truth) = value else {
            throw wrongType(option, "true or false", value)
        }
        return truth
    }

    /// A string; nil where it is not given.
    func string(_ option: String) throws(QueryError) -> String? {
        guard let value = self[option] else { return nil }
        guard case .string(let text) = value else { throw wrongType(option, "a string", value) }
        return text
    }

    /// Strings: one, or a list of them.
    func strings(_ option: String) throws(QueryError) -> [String] {
        guard let value = self[option] else { return [] }
        if case .string(let text) = value { return [text] }
        guard case .list(let elements) = value else {
            throw wrongType(option, "a string or a list of strings", value)
        }
        var strings: [String] = []
        for element in elements {
            guard case .string(let text) = element else {
                throw wrongType(option, "a list of strings", element)
            }
            strings.append(text)
        }
        return strings
    }

    /// A node; nil where it is not given.
    func node(_ option: String) throws(QueryError) -> NodeID? {
        guard let value = self[option] else { return nil }
        guard case .node(let node) = value else { throw wrongType(option, "a node", value) }
        return node
    }

    /// Nodes: one, or a list of them; nil where they are not given.
    func nodes(_ option: String) throws(QueryError) -> [NodeID]? {
        guard let value = self[option] else { return nil }
        if case .node(let node) = value { return [node] }
        guard case .list(let elements) = value else {
            throw wrongType(option, "a node or a list of nodes", value)
        }
        var nodes: [NodeID] = []
        for element in elements {
            guard case .node(let node) = element else {
                throw wrongType(option, "a list of nodes", element)
            }
            nodes.append(node)
        }
        return nodes
    }

    /// The way relationships lead.
    func direction(_ standard: Direction) throws(QueryError) -> Direction {
        switch try string("direction") {
        case nil: return standard
        case "outgoing": return .outgoing
        case "incoming": return .incoming
        case "both": return .both
        case let other?:
            throw invalid("direction", "must be 'outgoing', 'incoming' or 'both', not '\(other)'")
        }
    }

    /// What the options say of the projection.
    func definition(direction: Direction) throws(QueryError) -> ProjectionDefinition {
        var definition = ProjectionDefinition()
        definition.labels = try strings("labels")
        definition.types = try strings("types")
        definition.direction = direction
        definition.weight = try string("weight")
        if self["defaultWeight"] != nil {
            definition.defaultWeight = try number(
                "defaultWeight", 1,
                in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
        }
        return definition
    }
}
