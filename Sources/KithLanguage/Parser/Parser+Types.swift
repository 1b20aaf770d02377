/// The names of value types.
extension Parser {
    mutating func valueType() throws(Diagnostic) -> ValueType {
        if needsDeepStack {
            return try onDeepStack { (parser) throws(Diagnostic) in try parser.valueType() }
        }
        let first = index
        var choices = [try singleType()]
        while !barEndsExpression, accept(.bar) { choices.append(try singleType()) }
        guard choices.count > 1 else { return choices[0] }
        return ValueType(kind: .union(choices), isNotNull: false, span: span(from: first))
    }

    mutating func singleType() throws(Diagnostic) -> ValueType {
        let first = index
        let kind = try typeName()
        let isNotNull = accept(.exclamation) || isNext(.not)
        if isNotNull, accept(.not) { try expect(.null) }
        return ValueType(kind: kind, isNotNull: isNotNull, span: span(from: first))
    }

    /// The types whose name is one word.
    private static let simpleTypes: [(Keyword, ValueType.Kind)] = [
        (.null, .null), (.nothing, .nothing), (.boolean, .boolean), (.bool, .boolean),
        (.string, .string), (.varchar, .string), (.integer, .integer), (.int, .integer),
        (.float, .float), (.date, .date), (.duration, .duration), (.money, .money),
        (.node, .node), (.vertex, .node), (.relationship, .relationship), (.edge, .relationship),
        (.map, .map), (.path, .path),
    ]

    private mutating func typeName() throws(Diagnostic) -> ValueType.Kind {
        for (keyword, kind) in Parser.simpleTypes where accept(keyword) { return kind }
        if accept(.local) {
            if accept(.time) { return .localTime }
            try expect(.dateTime)
            return .localDateTime
        }
        if accept(.zoned) {
            if accept(.time) { return .zonedTime }
            try expect(.dateTime)
            return .zonedDateTime
        }
        if accept(.time) { return try withZone(.zonedTime, without: .localTime) }
        if accept(.timestamp) { return try withZone(.zonedDateTime, without: .localDateTime) }
        if accept(.property) {
            try expect(.value)
            return .propertyValue
        }
        if accept(oneOf: .list, .array) { return .list(try listElementType()) }
        if accept(.any) {
            if accept(oneOf: .node, .vertex) { return .node }
            if accept(oneOf: .relationship, .edge) { return .relationship }
            if accept(.map) { return .map }
            _ = accept(.value)
            return .any
        }
        throw unexpected("a type such as STRING or INTEGER")
    }

    private mutating func withZone(
        _ zoned: ValueType.Kind, without local: ValueType.Kind
    ) throws(Diagnostic) -> ValueType.Kind {
        let isZoned = accept(.with)
        if !isZoned { try expect(.without) }
        _ = accept(.time)
        try expect(.zone)
        return isZoned ? zoned : local
    }

    private mutating func listElementType() throws(Diagnostic) -> ValueType {
        let first = index
        guard accept(.less) else {
            return ValueType(kind: .any, isNotNull: false, span: span(from: first))
        }
        try enter()
        let outerFlag = barEndsExpression
        barEndsExpression = false
        let element = try valueType()
        barEndsExpression = outerFlag
        leave()
        try expect(.greater)
        return element
    }
}
