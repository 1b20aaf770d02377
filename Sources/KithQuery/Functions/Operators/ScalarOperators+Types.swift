import KithValues

extension ScalarOperators {
    /// `-operand`.
    ///
    /// - Throws: ``ValueError`` on overflow and on kinds without a negative.
    public static func negate(_ operand: Value) throws(ValueError) -> Value {
        try Value.negate(operand)
    }

    /// `value.key` on everything but nodes and relationships: the entry of a map, the component of
    /// a temporal value, a duration or money; null where there is none.
    ///
    /// - Throws: ``ValueError`` on kinds that have no components at all.
    public static func component(_ key: String, of value: Value) throws(ValueError) -> Value {
        switch value {
        case .null: return .null
        case .map(let map): return map[key] ?? .null
        default:
            guard value.hasComponents else {
                throw .invalidType("\(value.kind.name) has no properties")
            }
            return value.component(key) ?? .null
        }
    }

    /// `value IS :: type`.
    public static func isOfType(_ value: Value, _ type: BoundValueType) -> Bool {
        switch type {
        case .null: return value.isNull
        case .kinds(let kinds, let isNotNull):
            guard let kind = StaticType.Kinds(value.kind) else { return !isNotNull }
            return kinds.contains(kind)
        case .list(let inner, let isNotNull):
            switch value {
            case .null: return !isNotNull
            case .list(let elements): return elements.allSatisfy { isOfType($0, inner) }
            default: return false
            }
        case .union(let types): return types.contains { isOfType(value, $0) }
        }
    }
}

extension StaticType.Kinds {
    /// The set of one kind; nil for null, which belongs to every type.
    public init?(_ kind: ValueKind) {
        switch kind {
        case .null: return nil
        case .boolean: self = .boolean
        case .integer: self = .integer
        case .float: self = .float
        case .string: self = .string
        case .list: self = .list
        case .map: self = .map
        case .node: self = .node
        case .relationship: self = .relationship
        case .path: self = .path
        case .date: self = .date
        case .localTime: self = .localTime
        case .time: self = .time
        case .localDateTime: self = .localDateTime
        case .dateTime: self = .dateTime
        case .duration: self = .duration
        case .money: self = .money
        }
    }
}
