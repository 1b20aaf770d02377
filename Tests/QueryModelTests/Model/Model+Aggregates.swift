import KithValues

@testable import KithQuery

/// Aggregating functions, over all rows of a group at once.
extension Model {
    /// The value of an aggregating function over the rows of a group.
    func aggregate(_ call: BoundProjection.Aggregate, _ rows: [Row]) throws -> Value {
        guard let argument = call.arguments.first else { return .integer(Int64(rows.count)) }
        var values = try rows.map { try evaluate(argument, $0) }.filter { !$0.isNull }
        if call.isDistinct { values = Self.distinct(values) { [$0] } }
        switch call.function {
        case "count": return .integer(Int64(values.count))
        case "collect": return .list(values)
        case "min":
            return values.min { Value.orderCompare($0, $1) < 0 } ?? .null
        case "max":
            return values.max { Value.orderCompare($0, $1) < 0 } ?? .null
        case "sum": return try sum(values)
        case "avg":
            if values.isEmpty { return .null }
            let total =
                switch try sum(values) {
                case .integer(let number): Double(number)
                case .float(let number): number
                default: Double.nan
                }
            return .float(total / Double(values.count))
        case "percentiledisc", "percentilecont":
            guard
                case .float(let share) = try Self.float(evaluate(call.arguments[1], row(of: rows)))
            else { return .null }
            return try percentile(values, share, isContinuous: call.function == "percentilecont")
        default: preconditionFailure("the model knows no \(call.function)")
        }
    }

    private func sum(_ values: [Value]) throws -> Value {
        var total = Value.integer(0)
        for value in values {
            switch value {
            case .integer, .float: total = try Value.add(total, value)
            default: throw ModelError("TypeError", "InvalidArgumentType")
            }
        }
        return total
    }

    private func row(of rows: [Row]) -> Row {
        rows.first ?? Row(repeating: .null, count: variableCount)
    }

    private static func float(_ value: Value) throws -> Value {
        switch value {
        case .integer(let number): return .float(Double(number))
        case .float: return value
        case .null: return .null
        default: throw ModelError("TypeError", "InvalidArgumentType")
        }
    }

    /// The number below which a share of the numbers lies: one of them, or between two of them.
    private func percentile(
        _ values: [Value], _ share: Double, isContinuous: Bool
    ) throws -> Value {
        let numbers = try values.map { value in
            guard case .float(let number) = try Self.float(value) else { return 0.0 }
            return number
        }
        let order = values.indices.sorted { numbers[$0] < numbers[$1] }
        guard let last = order.last else { return .null }
        guard isContinuous else {
            let rank = share * Double(values.count)
            return share == 1 ? values[last] : values[order[max(Int(rank.rounded(.up)) - 1, 0)]]
        }
        let place = share * Double(values.count - 1)
        let (below, above) = (Int(place.rounded(.down)), Int(place.rounded(.up)))
        let part = place - Double(below)
        return .float(numbers[order[below]] * (1 - part) + numbers[order[above]] * part)
    }
}
