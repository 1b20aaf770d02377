/// A set of a statement's variables, in bits: plans of long patterns join and compare very many of
/// these.
///
/// Its elements come in ascending order.
struct VariableSet: Hashable, Sendable {
    private var bits = BitSet()

    init() {}

    init(_ variables: some Sequence<VariableID>) {
        for variable in variables { bits.insert(variable.index) }
    }

    var isEmpty: Bool { bits.isEmpty }
    var count: Int { bits.count }
    var first: VariableID? { sorted().first }

    func contains(_ variable: VariableID) -> Bool { bits.contains(variable.index) }

    mutating func insert(_ variable: VariableID) { bits.insert(variable.index) }

    mutating func remove(_ variable: VariableID) { bits.remove(variable.index) }

    func isSubset(of other: VariableSet) -> Bool { bits.isSubset(of: other.bits) }

    func isDisjoint(with other: VariableSet) -> Bool { bits.isDisjoint(with: other.bits) }

    @_disfavoredOverload
    func isDisjoint(with others: some Sequence<VariableID>) -> Bool {
        !others.contains { contains($0) }
    }

    mutating func formUnion(_ other: VariableSet) { bits.formUnion(other.bits) }

    @_disfavoredOverload
    mutating func formUnion(_ others: some Sequence<VariableID>) {
        for variable in others { insert(variable) }
    }

    func union(_ other: VariableSet) -> VariableSet {
        var result = self
        result.formUnion(other)
        return result
    }

    @_disfavoredOverload
    func union(_ others: some Sequence<VariableID>) -> VariableSet {
        union(VariableSet(others))
    }

    func intersection(_ other: VariableSet) -> VariableSet {
        var result = self
        result.bits.formIntersection(other.bits)
        return result
    }

    @_disfavoredOverload
    func intersection(_ others: some Sequence<VariableID>) -> VariableSet {
        intersection(VariableSet(others))
    }

    func subtracting(_ other: VariableSet) -> VariableSet {
        var result = self
        result.bits.subtract(other.bits)
        return result
    }

    @_disfavoredOverload
    func subtracting(_ others: some Sequence<VariableID>) -> VariableSet {
        subtracting(VariableSet(others))
    }

    /// The variables in ascending order.
    func sorted() -> [VariableID] { bits.elements.map { VariableID($0) } }
}

extension VariableSet: ExpressibleByArrayLiteral {
    init(arrayLiteral variables: VariableID...) { self.init(variables) }
}

extension VariableSet: Sequence {
    func makeIterator() -> IndexingIterator<[VariableID]> { sorted().makeIterator() }
}
