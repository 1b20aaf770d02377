/// The kinds of value an expression may have, as far as the statement's text tells.
///
/// The binder narrows it from literals, operators and function signatures; where nothing is known
/// it is ``any``. An operand whose kinds do not meet what its operator takes is an error before
/// anything runs. Null belongs to every type.
public struct StaticType: Hashable, Sendable {
    /// A set of kinds of value.
    public struct Kinds: OptionSet, Hashable, Sendable {
        /// One bit a kind.
        public let rawValue: UInt32

        /// Makes a set from its bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Truth values.
        public static let boolean = Kinds(rawValue: 1 << 0)
        /// 64-bit integers.
        public static let integer = Kinds(rawValue: 1 << 1)
        /// 64-bit floats.
        public static let float = Kinds(rawValue: 1 << 2)
        /// Strings.
        public static let string = Kinds(rawValue: 1 << 3)
        /// Lists.
        public static let list = Kinds(rawValue: 1 << 4)
        /// Maps.
        public static let map = Kinds(rawValue: 1 << 5)
        /// Nodes.
        public static let node = Kinds(rawValue: 1 << 6)
        /// Relationships.
        public static let relationship = Kinds(rawValue: 1 << 7)
        /// Paths.
        public static let path = Kinds(rawValue: 1 << 8)
        /// Dates.
        public static let date = Kinds(rawValue: 1 << 9)
        /// Times without a zone.
        public static let localTime = Kinds(rawValue: 1 << 10)
        /// Times with a zone.
        public static let time = Kinds(rawValue: 1 << 11)
        /// Dates with a time, without a zone.
        public static let localDateTime = Kinds(rawValue: 1 << 12)
        /// Dates with a time and a zone.
        public static let dateTime = Kinds(rawValue: 1 << 13)
        /// Durations.
        public static let duration = Kinds(rawValue: 1 << 14)
        /// Amounts of money.
        public static let money = Kinds(rawValue: 1 << 15)

        /// Integers and floats.
        public static let number: Kinds = [.integer, .float]
        /// Every temporal kind but durations.
        public static let instant: Kinds = [.date, .localTime, .time, .localDateTime, .dateTime]
        /// Every kind.
        public static let all = Kinds(rawValue: (1 << 16) - 1)
    }

    /// The kinds the expression may have; empty for the literal null.
    public let kinds: Kinds
    /// The kinds its elements may have, where it may be a list.
    public let elementKinds: Kinds

    /// Makes a type from its kinds, and for lists the kinds of their elements.
    public init(_ kinds: Kinds, elements: Kinds = .all) {
        self.kinds = kinds
        self.elementKinds = elements
    }

    /// Nothing is known.
    public static let any = StaticType(.all)
    /// The literal null.
    public static let null = StaticType([])
    /// A truth value.
    public static let boolean = StaticType(.boolean)
    /// An integer.
    public static let integer = StaticType(.integer)
    /// A float.
    public static let float = StaticType(.float)
    /// An integer or a float.
    public static let number = StaticType(.number)
    /// A string.
    public static let string = StaticType(.string)
    /// A list of anything.
    public static let list = StaticType(.list)
    /// A map.
    public static let map = StaticType(.map)
    /// A node.
    public static let node = StaticType(.node)
    /// A relationship.
    public static let relationship = StaticType(.relationship)
    /// A list of relationships, as variable-length patterns bind them.
    public static let relationshipList = StaticType(.list, elements: .relationship)
    /// A path.
    public static let path = StaticType(.path)

    /// Whether a value of this type can be of one of `kinds`; true for null.
    public func mayBe(_ kinds: Kinds) -> Bool {
        self.kinds.isEmpty || !self.kinds.isDisjoint(with: kinds)
    }

    /// Whether every value of this type that is not null is of one of `kinds`.
    public func isAlways(_ kinds: Kinds) -> Bool {
        self.kinds.isSubset(of: kinds)
    }

    /// The type of a value that has either type.
    public func union(_ other: StaticType) -> StaticType {
        let elements: Kinds
        switch (kinds.contains(.list), other.kinds.contains(.list)) {
        case (true, true): elements = elementKinds.union(other.elementKinds)
        case (true, false): elements = elementKinds
        case (false, true): elements = other.elementKinds
        case (false, false): elements = .all
        }
        return StaticType(kinds.union(other.kinds), elements: elements)
    }
}
