import KithLanguage
import KithValues

/// Operators and the types they give.
extension Binder {
    func operators(_ expression: Expression) throws(QueryError) -> BoundExpression {
        let span = expression.span
        switch expression.kind {
        case .not(let operand):
            let bound = try condition(operand, "the operand of NOT")
            return BoundExpression(.not(bound), type: .boolean, span: span)
        case .sign(let sign, let operand): return try signed(sign, operand, span)
        case .or(let operands):
            return BoundExpression(
                .or(try conditions(operands, "OR")), type: .boolean, span: span)
        case .and(let operands):
            return BoundExpression(
                .and(try conditions(operands, "AND")), type: .boolean, span: span)
        case .xor(let operands): return try xor(operands, span)
        case .comparison(let first, let links): return try comparison(first, links, span)
        case .arithmetic(let first, let links): return try arithmetic(first, links, span)
        case .predicate(let predicate, let left, let right):
            return try self.predicate(predicate, left, right, span)
        case .nullCheck(let operand, let isNegated):
            return BoundExpression(
                .isNull(try self.expression(operand), negated: isNegated), type: .boolean,
                span: span)
        case .typeCheck(let operand, let type, let isNegated):
            return BoundExpression(
                .isOfType(try self.expression(operand), valueType(type), negated: isNegated),
                type: .boolean, span: span)
        case .hasLabels(let operand, let labels):
            let bound = try self.expression(operand)
            try require(bound, [.node, .relationship], "what has labels")
            warnUnknownLabels(labels, of: bound.type)
            return BoundExpression(
                .hasLabels(bound, labelExpression(labels)), type: .boolean, span: span)
        default: preconditionFailure("called for operators only")
        }
    }

    private func conditions(
        _ operands: [Expression], _ name: String
    ) throws(QueryError) -> [BoundExpression] {
        var bound: [BoundExpression] = []
        for operand in operands { bound.append(try condition(operand, "an operand of \(name)")) }
        return bound
    }

    private func xor(
        _ operands: [Expression], _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let bound = try conditions(operands, "XOR")
        return balanced(bound[...], span)
    }

    /// Joins truth values by XOR, in halves, so that a long chain does not nest deep.
    private func balanced(
        _ operands: ArraySlice<BoundExpression>, _ span: SourceSpan
    ) -> BoundExpression {
        guard operands.count > 1, let first = operands.first else {
            return operands[operands.startIndex]
        }
        let middle = operands.startIndex + operands.count / 2
        let left = balanced(operands[..<middle], span)
        let right = balanced(operands[middle...], span)
        let start = first.span ?? span
        return BoundExpression(
            .xor(left, right), type: .boolean,
            span: start.joined(with: right.span ?? span))
    }

    private func signed(
        _ sign: Sign, _ operand: Expression, _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let bound = try expression(operand)
        try require(bound, [.number, .duration, .money], "the operand of `\(sign.rawValue)`")
        if sign == .plus { return bound }
        return BoundExpression(.negate(bound), type: bound.type, span: span)
    }

    private func comparison(
        _ first: Expression, _ links: [ComparisonLink], _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let left = try expression(first)
        var before = left
        var steps: [ComparisonStep] = []
        for link in links {
            let operand = try expression(link.operand)
            warnIncomparable(before, link, operand)
            steps.append(ComparisonStep(link.comparison, operand))
            before = operand
        }
        return BoundExpression(.comparison(left, steps), type: .boolean, span: span)
    }

    /// What may have been meant by an operator whose operands do not fit.
    private static func hint(
        for arithmetic: ArithmeticOperator, _ left: StaticType, _ right: StaticType
    ) -> String? {
        switch arithmetic {
        case .concatenate: "`||` joins texts and lists; conditions are joined with OR."
        case .subtract where left.isAlways(.instant) && right.isAlways(.instant):
            "The time between two is `duration.between(earlier, later)`."
        case .add where left.isAlways(.instant) && right.isAlways(.number),
            .subtract where left.isAlways(.instant) && right.isAlways(.number):
            "A date or time moves by a duration such as `duration('P1D')`."
        default: nil
        }
    }

    private func arithmetic(
        _ first: Expression, _ links: [ArithmeticLink], _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let start = try expression(first)
        var type = start.type
        var steps: [ArithmeticStep] = []
        var result = start
        for link in links {
            let operand = try expression(link.operand)
            guard let next = OperatorTypes.result(of: link.arithmetic, type, operand.type) else {
                throw .syntax(
                    "InvalidArgumentType",
                    "`\(link.arithmetic.rawValue)` cannot take \(type.kinds.words) and "
                        + operand.type.kinds.words, link.operatorSpan,
                    hint: Self.hint(for: link.arithmetic, type, operand.type))
            }
            type = next
            let stepSpan = first.span.joined(with: link.operand.span)
            let binary = OperatorTypes.binary(link.arithmetic)
            if links.count < Self.linksBeforeChain {
                result = BoundExpression(
                    .binary(binary, result, operand), type: type, span: stepSpan)
            } else {
                steps.append(ArithmeticStep(binary, operand, span: stepSpan))
            }
        }
        if steps.isEmpty { return result }
        return BoundExpression(.arithmeticChain(start, steps), type: type, span: span)
    }

    /// From how many operators in a row on a calculation is bound as a chain.
    private static let linksBeforeChain = 8

    private func predicate(
        _ predicate: PredicateOperator, _ left: Expression, _ right: Expression,
        _ span: SourceSpan
    ) throws(QueryError) -> BoundExpression {
        let first = try expression(left)
        let second = try expression(right)
        let binary: BinaryOperator =
            switch predicate {
            case .isIn: .isIn
            case .startsWith: .startsWith
            case .endsWith: .endsWith
            case .contains: .contains
            case .matches: .matches
            }
        if predicate == .isIn { try require(second, .list, "what stands behind IN") }
        return BoundExpression(.binary(binary, first, second), type: .boolean, span: span)
    }

    func labelExpression(_ expression: LabelExpression) -> BoundLabelExpression {
        switch expression.kind {
        case .name(let name): .label(name.text)
        case .wildcard: .wildcard
        case .negation(let operand): .not(labelExpression(operand))
        case .conjunction(let parts): .and(parts.map { labelExpression($0) })
        case .disjunction(let parts): .or(parts.map { labelExpression($0) })
        }
    }

    func valueType(_ type: ValueType) -> BoundValueType {
        let kinds: StaticType.Kinds
        switch type.kind {
        case .null, .nothing: return .null
        case .list(let element):
            return .list(valueType(element), isNotNull: type.isNotNull)
        case .union(let choices): return .union(choices.map { valueType($0) })
        case .boolean: kinds = .boolean
        case .string: kinds = .string
        case .integer: kinds = .integer
        case .float: kinds = .float
        case .date: kinds = .date
        case .localTime: kinds = .localTime
        case .zonedTime: kinds = .time
        case .localDateTime: kinds = .localDateTime
        case .zonedDateTime: kinds = .dateTime
        case .duration: kinds = .duration
        case .money: kinds = .money
        case .node: kinds = .node
        case .relationship: kinds = .relationship
        case .map: kinds = .map
        case .path: kinds = .path
        case .propertyValue: kinds = .all.subtracting([.node, .relationship, .path, .map])
        case .any: kinds = .all
        }
        return .kinds(kinds, isNotNull: type.isNotNull)
    }
}

/// The types that operators take and give.
enum OperatorTypes {
    static func binary(_ arithmetic: ArithmeticOperator) -> BinaryOperator {
        switch arithmetic {
        case .add: .add
        case .subtract: .subtract
        case .concatenate: .concatenate
        case .multiply: .multiply
        case .divide: .divide
        case .modulo: .modulo
        case .power: .power
        }
    }

    /// What an operator gives for operands of these types; nil where it can take none of them.
    static func result(
        of arithmetic: ArithmeticOperator, _ left: StaticType, _ right: StaticType
    ) -> StaticType? {
        // The literal null makes the result null whatever the other operand is.
        if left.kinds.isEmpty || right.kinds.isEmpty {
            let takesLists = arithmetic == .add || arithmetic == .concatenate
            return takesLists && (left.mayBe(.list) || right.mayBe(.list)) ? .any : .null
        }
        var kinds = numbers(arithmetic, left.kinds, right.kinds)
        var elements: StaticType.Kinds = .all
        switch arithmetic {
        case .add, .concatenate:
            let joined = joins(left, right, addsToStrings: arithmetic == .add)
            kinds.formUnion(joined.kinds)
            elements = joined.elementKinds
            if arithmetic == .add { kinds.formUnion(temporalSum(left.kinds, right.kinds)) }
        case .subtract:
            if right.mayBe(.duration) {
                kinds.formUnion(left.kinds.intersection([.instant, .duration]))
            }
            kinds.formUnion(left.kinds.intersection(right.kinds).intersection(.money))
        case .multiply:
            if right.mayBe(.number) {
                kinds.formUnion(left.kinds.intersection([.duration, .money]))
            }
            if left.mayBe(.number) {
                kinds.formUnion(right.kinds.intersection([.duration, .money]))
            }
        case .divide:
            if right.mayBe(.number) {
                kinds.formUnion(left.kinds.intersection([.duration, .money]))
            }
            if left.mayBe(.money), right.mayBe(.money) { kinds.formUnion(.number) }
        case .modulo:
            if right.mayBe(.number) { kinds.formUnion(left.kinds.intersection(.money)) }
        case .power: break
        }
        return kinds.isEmpty ? nil : StaticType(kinds, elements: elements)
    }

    private static func numbers(
        _ arithmetic: ArithmeticOperator, _ left: StaticType.Kinds, _ right: StaticType.Kinds
    ) -> StaticType.Kinds {
        let first = left.intersection(.number)
        let second = right.intersection(.number)
        guard !first.isEmpty, !second.isEmpty, arithmetic != .concatenate else { return [] }
        if arithmetic == .power { return .float }
        var kinds: StaticType.Kinds = []
        if first.contains(.integer), second.contains(.integer) { kinds.insert(.integer) }
        if first.contains(.float) || second.contains(.float) { kinds.insert(.float) }
        return kinds
    }

    private static func joins(
        _ left: StaticType, _ right: StaticType, addsToStrings: Bool
    ) -> StaticType {
        var kinds: StaticType.Kinds = []
        let addable: StaticType.Kinds = [.string, .number, .boolean, .instant, .duration, .money]
        if addsToStrings {
            if left.mayBe(.string), right.mayBe(addable) { kinds.insert(.string) }
            if right.mayBe(.string), left.mayBe(addable) { kinds.insert(.string) }
        } else if left.mayBe(.string), right.mayBe(.string) {
            kinds.insert(.string)
        }
        let makesList =
            addsToStrings
            ? left.mayBe(.list) || right.mayBe(.list) : left.mayBe(.list) && right.mayBe(.list)
        guard makesList else { return StaticType(kinds) }
        kinds.insert(.list)
        var elements: StaticType.Kinds = []
        for type in [left, right] {
            if type.kinds.contains(.list) { elements.formUnion(type.elementKinds) }
            elements.formUnion(type.kinds.subtracting(.list))
        }
        return StaticType(kinds, elements: elements)
    }

    private static func temporalSum(
        _ left: StaticType.Kinds, _ right: StaticType.Kinds
    ) -> StaticType.Kinds {
        var kinds: StaticType.Kinds = []
        if right.contains(.duration) { kinds.formUnion(left.intersection([.instant, .duration])) }
        if left.contains(.duration) { kinds.formUnion(right.intersection([.instant, .duration])) }
        kinds.formUnion(left.intersection(right).intersection(.money))
        return kinds
    }
}
