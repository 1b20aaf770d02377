import KithValues

/// The type of a value as the language writes it, such as `LIST<INTEGER NOT NULL> NOT NULL`.
enum ValueTypeName {
    static func name(of value: Value) -> String {
        switch value {
        case .null: "NULL"
        case .list(let elements): "LIST<\(elementName(elements))> NOT NULL"
        default: plainName(value.kind) + " NOT NULL"
        }
    }

    /// The union of the elements' types in a fixed order; null among them shows as the absence of
    /// NOT NULL.
    private static func elementName(_ elements: [Value]) -> String {
        if elements.isEmpty { return "NOTHING" }
        let hasNull = elements.contains { $0.isNull }
        var kinds: Set<ValueKind> = []
        var listNames: [String] = []
        for element in elements {
            switch element {
            case .null: continue
            case .list:
                let name = name(of: element)
                if !listNames.contains(name) { listNames.append(name) }
            default: kinds.insert(element.kind)
            }
        }
        var names: [String] = []
        for kind in order {
            if kind == .list {
                names += listNames.sorted()
            } else if kinds.contains(kind) {
                names.append(plainName(kind) + " NOT NULL")
            }
        }
        if names.isEmpty { return "NULL" }
        if hasNull { names = names.map { String($0.dropLast(" NOT NULL".count)) } }
        return names.joined(separator: " | ")
    }

    private static let order: [ValueKind] = [
        .boolean, .string, .integer, .float, .money, .date, .localTime, .time, .localDateTime,
        .dateTime, .duration, .node, .relationship, .map, .list, .path,
    ]

    private static func plainName(_ kind: ValueKind) -> String {
        switch kind {
        case .null: "NULL"
        case .boolean: "BOOLEAN"
        case .integer: "INTEGER"
        case .float: "FLOAT"
        case .string: "STRING"
        case .list: "LIST<ANY>"
        case .map: "MAP"
        case .node: "NODE"
        case .relationship: "RELATIONSHIP"
        case .path: "PATH"
        case .date: "DATE"
        case .localTime: "LOCAL TIME"
        case .time: "ZONED TIME"
        case .localDateTime: "LOCAL DATETIME"
        case .dateTime: "ZONED DATETIME"
        case .duration: "DURATION"
        case .money: "MONEY"
        }
    }
}
