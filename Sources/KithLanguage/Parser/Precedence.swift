/// How tightly operators hold their operands; a greater level holds tighter.
///
/// `grammar/precedence.txt` lists the same levels, and a test compares the two.
enum Precedence: Int, CaseIterable {
    case or = 1
    case xor
    case and
    case not
    case comparison
    case predicate
    case sum
    case product
    case power
    case sign
    case postfix

    /// The level above this one.
    var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .postfix }
}

/// What an operator between two operands does.
enum InfixOperator {
    case or
    case xor
    case and
    case comparison(ComparisonOperator)
    case arithmetic(ArithmeticOperator)

    var precedence: Precedence {
        switch self {
        case .or: .or
        case .xor: .xor
        case .and: .and
        case .comparison: .comparison
        case .arithmetic(let arithmetic):
            switch arithmetic {
            case .add, .subtract, .concatenate: .sum
            case .multiply, .divide, .modulo: .product
            case .power: .power
            }
        }
    }
}

/// The visible list of operators between two operands that chain.
enum OperatorTable {
    /// Those made of signs.
    static func infix(_ symbol: Symbol) -> InfixOperator? {
        switch symbol {
        case .equal: .comparison(.equal)
        case .notEqual: .comparison(.notEqual)
        case .less: .comparison(.less)
        case .lessOrEqual: .comparison(.lessOrEqual)
        case .greater: .comparison(.greater)
        case .greaterOrEqual: .comparison(.greaterOrEqual)
        case .plus: .arithmetic(.add)
        case .minus: .arithmetic(.subtract)
        case .doubleBar: .arithmetic(.concatenate)
        case .asterisk: .arithmetic(.multiply)
        case .slash: .arithmetic(.divide)
        case .percent: .arithmetic(.modulo)
        case .caret: .arithmetic(.power)
        default: nil
        }
    }

    /// Those that are words.
    static let words: [(keyword: Keyword, infix: InfixOperator)] = [
        (.and, .and), (.or, .or), (.xor, .xor),
    ]
}
