import KithValues

/// Functions of paths.
enum PathFunctions {
    static let all: [ScalarFunction] = [
        ScalarFunction(
            "nodes", [.init("path", .path)], result: StaticType(.list, elements: .node),
            summary: "Gives the nodes of a path in the order of the walk.", body: nodes),
        ScalarFunction(
            "relationships", [.init("path", .path)], result: .relationshipList,
            summary: "Gives the relationships of a path in the order of the walk.",
            body: relationships),
        ScalarFunction(
            "length", [.init("path", .path)], result: .integer,
            summary: "Gives the number of relationships of a path.", body: length),
    ]

    private static func nodes(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .list(try path(arguments[0], "nodes").nodes.map { .node($0) })
    }

    private static func relationships(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .list(try path(arguments[0], "relationships").relationships.map { .relationship($0) })
    }

    private static func length(
        _ arguments: [Value], _ context: any FunctionContext
    ) throws(ValueError) -> Value {
        .integer(Int64(try path(arguments[0], "length").length))
    }

    private static func path(
        _ value: Value, _ function: String
    ) throws(ValueError) -> PathValue {
        guard case .path(let path) = value else {
            throw FunctionArguments.wrongKind(value, of: function, wanted: "a path")
        }
        return path
    }
}
