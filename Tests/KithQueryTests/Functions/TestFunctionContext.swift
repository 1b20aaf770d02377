import KithQuery
import KithValues
import Testing

/// A small graph and a clock that stands still: what functions under test ask of their statement.
///
/// Node 1 is `(:Person:Customer {name: 'Ada'})`, node 2 has nothing; relationship 7 leads from 1 to
/// 2, of type KNOWS, with `since: 1843`.
final class TestFunctionContext: FunctionContext {
    let statementTime = Instant(seconds: 1_700_000_000, nanoseconds: 123_456_789)
    let transactionTime = Instant(seconds: 1_700_000_000, nanoseconds: 0)
    let realTime = Instant(seconds: 1_700_000_001, nanoseconds: 0)
    let defaultZone: ZoneName
    private var randomState: UInt64 = 42

    init() throws {
        defaultZone = try #require(ZoneName("Z"))
    }

    func nextRandom() -> UInt64 {
        randomState = randomState &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return randomState ^ (randomState >> 29)
    }

    func labels(of node: NodeID) throws(ValueError) -> [String] {
        switch node.rawValue {
        case 1: return ["Person", "Customer"]
        case 2: return []
        default: throw ValueError(.entityNotFound, "DeletedEntityAccess", "the node is gone")
        }
    }

    func type(of relationship: RelationshipID) throws(ValueError) -> String { "KNOWS" }

    func ends(of relationship: RelationshipID) throws(ValueError) -> (start: NodeID, end: NodeID) {
        (NodeID(rawValue: 1), NodeID(rawValue: 2))
    }

    func properties(of entity: Value) throws(ValueError) -> ValueMap {
        switch entity {
        case .node(let id) where id.rawValue == 1: return ValueMap([("name", .string("Ada"))])
        case .relationship: return ValueMap([("since", .integer(1843))])
        case .map(let map): return map
        default: return ValueMap()
        }
    }
}

/// Calls a function of the library as the evaluator does: null arguments first, then the body.
func call(_ name: String, _ arguments: Value...) throws -> Value {
    try call(name, with: arguments)
}

func call(_ name: String, with arguments: [Value]) throws -> Value {
    let function = try #require(FunctionRegistry.standard.scalar(name), "no function \(name)")
    try #require(arguments.count >= function.requiredCount, "too few arguments for \(name)")
    if !function.isVariadic {
        try #require(arguments.count <= function.parameters.count, "too many for \(name)")
    }
    if function.propagatesNull && arguments.contains(where: { $0.isNull }) { return .null }
    return try function.body(arguments, try TestFunctionContext())
}

/// The text of what a function gives, as the language would write it.
func text(_ name: String, _ arguments: Value...) throws -> String {
    try call(name, with: arguments).literalText
}

/// The type and detail of the error a function raises, as `TypeError.InvalidArgumentType`.
func failure(_ name: String, _ arguments: Value...) throws -> String {
    do {
        return "no error, but " + (try call(name, with: arguments)).literalText
    } catch let error as ValueError {
        return "\(error.type.rawValue).\(error.detail)"
    }
}

/// The type and detail of the error that `operation` raises.
func failure(_ operation: () throws -> Value) throws -> String {
    do {
        return "no error, but " + (try operation()).literalText
    } catch let error as ValueError {
        return "\(error.type.rawValue).\(error.detail)"
    }
}

extension Value: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    /// A value as test code writes it.
    public init(integerLiteral number: Int64) { self = .integer(number) }
    /// A value as test code writes it.
    public init(floatLiteral number: Double) { self = .float(number) }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    /// A value as test code writes it.
    public init(stringLiteral text: String) { self = .string(text) }
    /// A value as test code writes it.
    public init(booleanLiteral known: Bool) { self = .boolean(known) }
}

extension Value: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// A value as test code writes it.
    public init(arrayLiteral elements: Value...) { self = .list(elements) }
    /// A value as test code writes it.
    public init(dictionaryLiteral entries: (String, Value)...) { self = .map(ValueMap(entries)) }
}

extension Value {
    static let testNode = Value.node(NodeID(rawValue: 1))
    static let testRelationship = Value.relationship(RelationshipID(rawValue: 7))
    static let testPath = Value.path(
        PathValue(
            nodes: [NodeID(rawValue: 1), NodeID(rawValue: 2)],
            relationships: [RelationshipID(rawValue: 7)]))
}
