import KithValues

/// Functions of nodes and relationships.
enum EntityFunctions {
    private static let entity = StaticType([.node, .relationship])
    private static let propertied = StaticType([.node, .relationship, .map])

    static let all: [ScalarFunction] = [
        ScalarFunction(
            "labels", [.init("node", .node)], result: StaticType(.list, elements: .string),
            summary: "Gives the labels of a node.", body: labels),
        ScalarFunction(
            "type", [.init("relationship", .relationship)], result: .string,
            summary: "Gives the type of a relationship.", body: type),
        ScalarFunction(
            "id", [.init("entity", entity)], result: .integer,
            summary: "Gives the number that identifies a node or a relationship.", body: id),
        ScalarFunction(
            "elementId", [.init("entity", entity)], result: .string,
            summary: "Gives the text that identifies a node or a relationship.", body: elementID),
        ScalarFunction(
            "keys", [.init("entity", propertied)], result: StaticType(.list, elements: .string),
            summary: "Gives the names of the properties of a node, a relationship or a map.",
            body: keys),
        ScalarFunction(
            "properties", [.init("entity", propertied)], result: .map,
            summary: "Gives all properties of a node, a relationship or a map.", body: properties),
        ScalarFunction(
            "startNode", [.init("relationship", .relationship)], result: .node,
            summary: "Gives the node that a relationship leads from.", body: startNode),
        ScalarFunction(
            "endNode", [.init("relationship", .relationship)], result: .node,
            summary: "Gives the node that a relationship leads to.", body: endNode),
    ]

    private static func labels(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        guard case .node(let node) = arguments[0] else {
            throw FunctionArguments.unusable(arguments[0], by: "labels", wanted: "a node")
        }
        return .list(try context.labels(of: node).map { .string($0) })
    }

    private static func type(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .string(try context.type(of: relationship(arguments[0], "type")))
    }

    private static func startNode(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .node(try context.ends(of: relationship(arguments[0], "startNode")).start)
    }

    private static func endNode(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .node(try context.ends(of: relationship(arguments[0], "endNode")).end)
    }

    private static func id(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .integer(Int64(bitPattern: try rawID(arguments[0], "id")))
    }

    private static func elementID(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .string(String(try rawID(arguments[0], "elementId")))
    }

    private static func keys(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .list(try map(arguments[0], "keys", context).keys.map { .string($0) })
    }

    private static func properties(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .map(try map(arguments[0], "properties", context))
    }

    private static func relationship(
        _ value: Value, _ function: String
    ) throws(ValueError) -> RelationshipID {
        guard case .relationship(let id) = value else {
            throw FunctionArguments.unusable(value, by: function, wanted: "a relationship")
        }
        return id
    }

    private static func rawID(_ value: Value, _ function: String) throws(ValueError) -> UInt64 {
        switch value {
        case .node(let id): return id.rawValue
        case .relationship(let id): return id.rawValue
        default:
            throw FunctionArguments.wrongKind(
                value, of: function, wanted: "a node or a relationship")
        }
    }

    private static func map(
        _ value: Value, _ function: String, _ context: any FunctionContext
    ) throws(ValueError) -> ValueMap {
        switch value {
        case .map(let map): return map
        case .node, .relationship: return try context.properties(of: value)
        default:
            throw FunctionArguments.wrongKind(
                value, of: function, wanted: "a node, a relationship or a map")
        }
    }
}
