import KithLanguage
import KithValues

@testable import KithQuery

/// Expressions, value by value.
extension Model {
    func evaluate(_ expression: BoundExpression, _ row: Row) throws -> Value {
        try spend()
        switch expression.kind {
        case .literal(let value): return value
        case .parameter(let name): return parameters[name] ?? .null
        case .variable(let variable): return row[variable.index]
        case .property(let subject, let key): return try property(key, of: evaluate(subject, row))
        case .subscripted(let subject, let index):
            let (subject, index) = (try evaluate(subject, row), try evaluate(index, row))
            switch (subject, index) {
            case (.node, .string(let key)), (.relationship, .string(let key)):
                return try property(key, of: subject)
            default: return try ScalarOperators.subscripted(subject, index)
            }
        case .slice(let subject, let from, let to):
            return try ScalarOperators.slice(
                evaluate(subject, row), from: from.map { try evaluate($0, row) },
                to: to.map { try evaluate($0, row) })
        case .list(let elements): return .list(try elements.map { try evaluate($0, row) })
        case .map(let entries):
            return .map(ValueMap(try entries.map { ($0.key, try evaluate($0.value, row)) }))
        case .and, .or, .xor, .not, .comparison, .isNull, .hasLabels, .isOfType, .quantifier,
            .exists:
            return try Self.value(truth(expression, row))
        case .binary(let binary, let left, let right):
            return try apply(binary, evaluate(left, row), evaluate(right, row))
        case .negate(let operand): return try Value.negate(evaluate(operand, row))
        case .function(let name, let arguments): return try call(name, arguments, row)
        case .caseExpression(let subject, let branches, let otherwise):
            return try choose(subject, branches, otherwise, row)
        default: return try evaluateOverElements(expression, row)
        }
    }

    private func evaluateOverElements(_ expression: BoundExpression, _ row: Row) throws -> Value {
        switch expression.kind {
        case .listComprehension(let variable, let list, let predicate, let projection):
            guard let elements = try elements(of: list, row) else { return .null }
            var results: [Value] = []
            for element in elements {
                let inner = Self.with(row, variable, element)
                if let predicate, try truth(predicate, inner) != true { continue }
                results.append(try projection.map { try evaluate($0, inner) } ?? element)
            }
            return .list(results)
        case .reduce(let accumulator, let initial, let variable, let list, let step):
            guard let elements = try elements(of: list, row) else { return .null }
            var state = try evaluate(initial, row)
            for element in elements {
                let inner = Self.with(Self.with(row, variable, element), accumulator, state)
                state = try evaluate(step, inner)
            }
            return state
        case .mapProjection(let subject, let items):
            return try project(evaluate(subject, row), items, row)
        case .count(let subquery):
            return .integer(Int64(try run(subquery.query, from: row).count))
        case .collect(let subquery):
            return .list(try run(subquery.query, from: row).map { $0[0] })
        default: preconditionFailure("an expression that the model does not know")
        }
    }

    /// A truth value: nil for unknown.
    func truth(_ expression: BoundExpression, _ row: Row) throws -> Bool? {
        switch expression.kind {
        case .and(let operands):
            var result: Bool? = true
            for operand in operands {
                switch try truth(operand, row) {
                case false: return false
                case nil: result = nil
                default: break
                }
            }
            return result
        case .or(let operands):
            var result: Bool? = false
            for operand in operands {
                switch try truth(operand, row) {
                case true: return true
                case nil: result = nil
                default: break
                }
            }
            return result
        case .xor(let left, let right):
            guard let first = try truth(left, row), let second = try truth(right, row) else {
                return nil
            }
            return first != second
        case .not(let operand): return try truth(operand, row).map { !$0 }
        case .comparison(let first, let steps): return try compare(first, steps, row)
        case .isNull(let operand, let negated): return try evaluate(operand, row).isNull != negated
        case .hasLabels(let subject, let condition):
            return try hasLabels(evaluate(subject, row), condition)
        case .isOfType(let operand, let type, let negated):
            return try ScalarOperators.isOfType(evaluate(operand, row), type) != negated
        case .quantifier(let quantifier, let variable, let list, let predicate):
            return try quantify(quantifier, variable, list, predicate, row)
        case .exists(let subquery): return try !run(subquery.query, from: row).isEmpty
        default:
            switch try evaluate(expression, row) {
            case .boolean(let known): return known
            case .null: return nil
            default: throw ModelError("TypeError", "InvalidArgumentType")
            }
        }
    }

    private func compare(
        _ first: BoundExpression, _ steps: [ComparisonStep], _ row: Row
    ) throws -> Bool? {
        var left = try evaluate(first, row)
        var result: Bool? = true
        for step in steps {
            let right = try evaluate(step.operand, row)
            let ternary: Ternary =
                switch step.comparison {
                case .equal: Value.cypherEquals(left, right)
                case .notEqual: Value.cypherEquals(left, right)
                case .less: Value.isLess(left, right)
                case .lessOrEqual: Value.isLessOrEqual(left, right)
                case .greater: Value.isLess(right, left)
                case .greaterOrEqual: Value.isLessOrEqual(right, left)
                }
            var known = Self.known(ternary)
            if step.comparison == .notEqual { known = known.map { !$0 } }
            if known == false { result = false }
            if known == nil, result == true { result = nil }
            left = right
        }
        return result
    }

    private func quantify(
        _ quantifier: QuantifierExpression.Quantifier, _ variable: VariableID,
        _ list: BoundExpression, _ predicate: BoundExpression, _ row: Row
    ) throws -> Bool? {
        guard let elements = try elements(of: list, row) else { return nil }
        var (trues, falses, unknowns) = (0, 0, 0)
        for element in elements {
            switch try truth(predicate, Self.with(row, variable, element)) {
            case true: trues += 1
            case false: falses += 1
            case nil: unknowns += 1
            }
        }
        switch quantifier {
        case .all: return falses > 0 ? false : unknowns > 0 ? nil : true
        case .any: return trues > 0 ? true : unknowns > 0 ? nil : false
        case .none: return trues > 0 ? false : unknowns > 0 ? nil : true
        case .single: return trues > 1 ? false : unknowns > 0 ? nil : trues == 1
        }
    }

    private func call(_ name: String, _ arguments: [BoundExpression], _ row: Row) throws -> Value {
        if name == "coalesce" {
            for argument in arguments {
                let value = try evaluate(argument, row)
                if !value.isNull { return value }
            }
            return .null
        }
        guard let function = FunctionRegistry.standard.scalar(name) else {
            preconditionFailure("no function \(name)")
        }
        let values = try arguments.map { try evaluate($0, row) }
        if function.propagatesNull, values.contains(where: { $0.isNull }) { return .null }
        return try function.body(values, self)
    }

    private func choose(
        _ subject: BoundExpression?, _ branches: [BoundCaseBranch],
        _ otherwise: BoundExpression?, _ row: Row
    ) throws -> Value {
        let compared = try subject.map { try evaluate($0, row) }
        for branch in branches {
            let isTaken =
                if let compared {
                    try Value.cypherEquals(compared, evaluate(branch.condition, row)) == .yes
                } else { try truth(branch.condition, row) == true }
            if isTaken { return try evaluate(branch.result, row) }
        }
        return try otherwise.map { try evaluate($0, row) } ?? .null
    }

    private func project(
        _ subject: Value, _ items: [BoundMapProjectionItem], _ row: Row
    ) throws -> Value {
        if subject.isNull { return .null }
        var map = ValueMap()
        for item in items {
            switch item {
            case .property(let key): map[key] = try property(key, of: subject)
            case .allProperties:
                for entry in try properties(of: subject).entries { map[entry.key] = entry.value }
            case .entry(let key, let value): map[key] = try evaluate(value, row)
            }
        }
        return .map(map)
    }

    private func apply(_ binary: BinaryOperator, _ left: Value, _ right: Value) throws -> Value {
        switch binary {
        case .add: try Value.add(left, right)
        case .subtract: try Value.subtract(left, right)
        case .multiply: try Value.multiply(left, right)
        case .divide: try Value.divide(left, right)
        case .modulo: try Value.modulo(left, right)
        case .power: try Value.power(left, right)
        case .concatenate: try ScalarOperators.concatenate(left, right)
        case .isIn: try isIn(left, right)
        case .startsWith: ScalarOperators.startsWith(left, right)
        case .endsWith: ScalarOperators.endsWith(left, right)
        case .contains: ScalarOperators.contains(left, right)
        case .matches: try ScalarOperators.matches(left, right)
        }
    }

    private func isIn(_ element: Value, _ list: Value) throws -> Value {
        guard case .list(let elements) = list else {
            if list.isNull { return .null }
            throw ModelError("TypeError", "InvalidArgumentType")
        }
        var result: Bool? = false
        for candidate in elements {
            switch Value.cypherEquals(element, candidate) {
            case .yes: return .boolean(true)
            case .unknown: result = nil
            case .no: break
            }
        }
        return Self.value(result)
    }

    /// The elements of a list; nil for null.
    func elements(of list: BoundExpression, _ row: Row) throws -> [Value]? {
        switch try evaluate(list, row) {
        case .null: return nil
        case .list(let elements): return elements
        default: throw ModelError("TypeError", "InvalidArgumentType")
        }
    }

    func property(_ key: String, of subject: Value) throws -> Value {
        switch subject {
        case .null: return .null
        case .map(let map): return map[key] ?? .null
        case .node, .relationship:
            guard let properties = propertiesOfEntity(subject) else {
                throw ModelError("EntityNotFound", "DeletedEntityAccess")
            }
            return properties[key] ?? .null
        default: return try ScalarOperators.component(key, of: subject)
        }
    }

    private func hasLabels(_ subject: Value, _ condition: BoundLabelExpression) throws -> Bool? {
        switch subject {
        case .null: return nil
        case .node(let id): return Self.accepts(condition, Set(try labels(of: id)))
        case .relationship(let id): return Self.accepts(condition, [try type(of: id)])
        default: throw ModelError("TypeError", "InvalidArgumentType")
        }
    }

    /// Whether a label expression accepts these labels.
    static func accepts(_ condition: BoundLabelExpression?, _ labels: Set<String>) -> Bool {
        switch condition {
        case nil: true
        case .label(let name): labels.contains(name)
        case .wildcard: !labels.isEmpty
        case .and(let parts): parts.allSatisfy { accepts($0, labels) }
        case .or(let parts): parts.contains { accepts($0, labels) }
        case .not(let part): !accepts(part, labels)
        }
    }

    static func with(_ row: Row, _ variable: VariableID, _ value: Value) -> Row {
        var result = row
        result[variable.index] = value
        return result
    }

    static func known(_ ternary: Ternary) -> Bool? {
        ternary == .unknown ? nil : ternary == .yes
    }

    static func value(_ truth: Bool?) -> Value { truth.map { .boolean($0) } ?? .null }
}
