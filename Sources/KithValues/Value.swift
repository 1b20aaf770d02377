/// Start here: one value of the language.
///
/// The set is closed: openCypher's values and ``Money``. Everything the language does with values
/// is an extension in a file of its own:
///
/// - `ValueEquality.swift`: `=` in three-valued logic, and equivalence for grouping and DISTINCT;
/// - `ValueComparison.swift`: `<` and its kin; `ValueOrdering.swift`: the total order of ORDER BY;
/// - `Arithmetic.swift`: `+ - * / % ^`;
/// - `ValueText.swift`: text forms;
/// - `Encoding/`: order-preserving keys and the compact stored form;
/// - `Temporal/`, `Money/`, `Text/`: the types with an inner life.
///
/// Nodes and relationships are references: their labels and properties are read through a
/// transaction. A value is at most 24 bytes, so arrays of values stay dense.
public enum Value: Sendable {
    /// The absence of a value.
    case null
    /// True or false.
    case boolean(Bool)
    /// A 64-bit integer.
    case integer(Int64)
    /// An IEEE 754 double.
    case float(Double)
    /// A string of Unicode scalars, compared by its UTF-8 bytes.
    case string(String)
    /// A list of values of any kinds.
    case list([Value])
    /// A map from strings to values.
    case map(ValueMap)
    /// A reference to a node.
    case node(NodeID)
    /// A reference to a relationship.
    case relationship(RelationshipID)
    /// An alternating sequence of nodes and relationships.
    case path(PathValue)
    /// A day of the calendar, with no time and no zone.
    case date(CalendarDate)
    /// A time of day with no zone.
    case localTime(LocalTime)
    /// A time of day with an offset from UTC.
    case time(ZonedTime)
    /// A date and a time of day with no zone.
    case localDateTime(LocalDateTime)
    /// An instant with the zone it is seen in.
    case dateTime(ZonedDateTime)
    /// An amount of calendar time in months, days, seconds and nanoseconds.
    indirect case duration(CalendarDuration)
    /// An exact amount of a currency.
    case money(Money)
}

extension Value {
    /// Whether this is null.
    @inlinable
    public var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// The kind of this value, without its content.
    public var kind: ValueKind {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .integer: .integer
        case .float: .float
        case .string: .string
        case .list: .list
        case .map: .map
        case .node: .node
        case .relationship: .relationship
        case .path: .path
        case .date: .date
        case .localTime: .localTime
        case .time: .time
        case .localDateTime: .localDateTime
        case .dateTime: .dateTime
        case .duration: .duration
        case .money: .money
        }
    }
}

/// The kinds of values, one for each case of ``Value``.
///
/// On disk: never renumber.
public enum ValueKind: UInt8, CaseIterable, Hashable, Sendable {
    /// ``Value/null``.
    case null = 0
    /// ``Value/boolean(_:)``.
    case boolean = 1
    /// ``Value/integer(_:)``.
    case integer = 2
    /// ``Value/float(_:)``.
    case float = 3
    /// ``Value/string(_:)``.
    case string = 4
    /// ``Value/list(_:)``.
    case list = 5
    /// ``Value/map(_:)``.
    case map = 6
    /// ``Value/node(_:)``.
    case node = 7
    /// ``Value/relationship(_:)``.
    case relationship = 8
    /// ``Value/path(_:)``.
    case path = 9
    /// ``Value/date(_:)``.
    case date = 10
    /// ``Value/localTime(_:)``.
    case localTime = 11
    /// ``Value/time(_:)``.
    case time = 12
    /// ``Value/localDateTime(_:)``.
    case localDateTime = 13
    /// ``Value/dateTime(_:)``.
    case dateTime = 14
    /// ``Value/duration(_:)``.
    case duration = 15
    /// ``Value/money(_:)``.
    case money = 16

    /// The kind's name as messages to people give it.
    public var name: String {
        switch self {
        case .null: "Null"
        case .boolean: "Boolean"
        case .integer: "Integer"
        case .float: "Float"
        case .string: "String"
        case .list: "List"
        case .map: "Map"
        case .node: "Node"
        case .relationship: "Relationship"
        case .path: "Path"
        case .date: "Date"
        case .localTime: "LocalTime"
        case .time: "Time"
        case .localDateTime: "LocalDateTime"
        case .dateTime: "DateTime"
        case .duration: "Duration"
        case .money: "Money"
        }
    }
}
