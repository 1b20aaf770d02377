import KithValues

/// Rows that were found together: they share the names of their columns, their values lie in one array.
final class RowBatch: Sendable {
    let columns: [String]
    /// Row by row.
    let values: [Value]
    let entities: EntityTable

    init(_ columns: [String], _ values: [Value], _ entities: EntityTable) {
        self.columns = columns
        self.values = values
        self.entities = entities
    }
}

/// One row of a result.
///
/// A row is a value: it may be kept after the transaction has ended and passed to other threads. It
/// shares its memory with the rows that were found with it, at most some 2,048.
public struct Row: Sendable {
    private let batch: RowBatch
    private let index: Int

    init(_ batch: RowBatch, _ index: Int) {
        self.batch = batch
        self.index = index
    }

    /// The names of the columns, in order.
    public var columns: [String] { batch.columns }

    /// The values, in the order of the columns.
    public var values: [Value] {
        let width = batch.columns.count
        return Array(batch.values[index * width..<(index + 1) * width])
    }

    /// The nodes and relationships that the values refer to.
    public var entities: EntityTable { batch.entities }

    /// The value of a column.
    ///
    /// - Complexity: O(*c*), where *c* is the number of columns.
    public subscript(column: String) -> Value? {
        batch.columns.firstIndex(of: column).map { self[$0] }
    }

    /// The value of the column at a position.
    public subscript(position: Int) -> Value {
        precondition(batch.columns.indices.contains(position), "the row has no such column")
        return batch.values[index * batch.columns.count + position]
    }

    /// The value of a column as a Swift type.
    ///
    /// - Throws: ``KithError`` with code `TypeError.ColumnNotFound` when there is no such column, and
    ///   `TypeError.InvalidConversion` when its value is of another kind.
    public func get<Result: RowConvertible>(
        _ column: String, as type: Result.Type = Result.self
    ) throws(KithError) -> Result {
        guard let value = self[column] else {
            throw KithError(
                code: .init("TypeError", "ColumnNotFound"),
                message: "the result has no column `\(column)`",
                hint: "Its columns are \(columns.joined(separator: ", ")).")
        }
        guard let result = Result(value, entities) else {
            throw KithError(
                code: .init("TypeError", "InvalidConversion"),
                message: "column `\(column)` holds \(value.kind.name), not \(Result.self)")
        }
        return result
    }
}

extension Row: CustomStringConvertible {
    /// The columns with their values, as in `{name: 'Sara', orders: 3}`.
    public var description: String {
        let members = zip(columns, values).map { "\($0): \($1)" }
        return "{" + members.joined(separator: ", ") + "}"
    }
}

/// A Swift type that a value of a row can be read as.
public protocol RowConvertible {
    /// Reads a value; nil when it is of another kind.
    init?(_ value: Value, _ entities: EntityTable)
}

extension Value: RowConvertible {
    /// The value itself.
    public init?(_ value: Value, _ entities: EntityTable) { self = value }
}

extension Bool: RowConvertible {
    /// Reads a truth value.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .boolean(let truth) = value else { return nil }
        self = truth
    }
}

extension Int64: RowConvertible {
    /// Reads an integer.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .integer(let number) = value else { return nil }
        self = number
    }
}

extension Int: RowConvertible {
    /// Reads an integer.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .integer(let number) = value else { return nil }
        self = Int(number)
    }
}

extension Double: RowConvertible {
    /// Reads a float, or an integer as a float.
    public init?(_ value: Value, _ entities: EntityTable) {
        switch value {
        case .float(let number): self = number
        case .integer(let number): self = Double(number)
        default: return nil
        }
    }
}

extension String: RowConvertible {
    /// Reads a string.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .string(let text) = value else { return nil }
        self = text
    }
}

extension Money: RowConvertible {
    /// Reads an amount of money.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .money(let amount) = value else { return nil }
        self = amount
    }
}

extension CalendarDate: RowConvertible {
    /// Reads a date.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .date(let date) = value else { return nil }
        self = date
    }
}

extension Node: RowConvertible {
    /// Reads a node.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .node(let id) = value, let node = entities.node(id) else { return nil }
        self = node
    }
}

extension Relationship: RowConvertible {
    /// Reads a relationship.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .relationship(let id) = value, let found = entities.relationship(id) else {
            return nil
        }
        self = found
    }
}

extension Path: RowConvertible {
    /// Reads a path.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .path(let path) = value else { return nil }
        self = entities.path(path)
    }
}

extension Optional: RowConvertible where Wrapped: RowConvertible {
    /// Reads a value, or nil for null.
    public init?(_ value: Value, _ entities: EntityTable) {
        if value.isNull {
            self = .none
            return
        }
        guard let wrapped = Wrapped(value, entities) else { return nil }
        self = wrapped
    }
}

extension Array: RowConvertible where Element: RowConvertible {
    /// Reads a list whose elements are all of the element's type.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .list(let values) = value else { return nil }
        var elements: [Element] = []
        for value in values {
            guard let element = Element(value, entities) else { return nil }
            elements.append(element)
        }
        self = elements
    }
}
