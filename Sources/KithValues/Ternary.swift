/// A truth value of three-valued logic: openCypher's `true`, `false` and `null`.
public enum Ternary: UInt8, Hashable, Sendable {
    /// Known to be false.
    case no = 0
    /// Known to be true.
    case yes = 1
    /// Not known, because a null took part.
    case unknown = 2

    /// The known truth value of `known`.
    @inlinable
    public init(_ known: Bool) {
        self = known ? .yes : .no
    }

    /// This truth value as a value of the language.
    @inlinable
    public var value: Value {
        switch self {
        case .no: .boolean(false)
        case .yes: .boolean(true)
        case .unknown: .null
        }
    }

    /// Negation; unknown stays unknown.
    @inlinable
    public static prefix func ! (operand: Ternary) -> Ternary {
        switch operand {
        case .no: .yes
        case .yes: .no
        case .unknown: .unknown
        }
    }

    /// Conjunction: false if either side is false, else unknown if either is unknown.
    @inlinable
    public func and(_ other: Ternary) -> Ternary {
        if self == .no || other == .no { return .no }
        return self == .unknown || other == .unknown ? .unknown : .yes
    }

    /// Disjunction: true if either side is true, else unknown if either is unknown.
    @inlinable
    public func or(_ other: Ternary) -> Ternary {
        if self == .yes || other == .yes { return .yes }
        return self == .unknown || other == .unknown ? .unknown : .no
    }

    /// Exclusive disjunction: unknown if either side is unknown.
    @inlinable
    public func exclusiveOr(_ other: Ternary) -> Ternary {
        if self == .unknown || other == .unknown { return .unknown }
        return Ternary(self != other)
    }
}

extension Value {
    /// This value as a truth value: null is unknown; nil for anything but booleans and null.
    @inlinable
    public var ternary: Ternary? {
        switch self {
        case .boolean(let known): Ternary(known)
        case .null: .unknown
        default: nil
        }
    }
}
