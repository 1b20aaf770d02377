import KithValues

/// The relationships of a pattern by clause and types: two of one clause may be the same relationship
/// where their types overlap.
struct RelationshipKinds {
    private struct Kind: Hashable {
        let clause: Int
        /// None stands for every type.
        let types: Set<UTF8Key>
    }

    private var members: [Kind: BitSet] = [:]
    private var kinds: [Int: Kind] = [:]

    mutating func add(_ relationship: Int, clause: Int, _ types: [String]) {
        let kind = Kind(clause: clause, types: types.nameSet)
        kinds[relationship] = kind
        members[kind, default: BitSet()].insert(relationship)
    }

    /// The relationships that one could be the same as by clause and types, itself among them.
    mutating func overlapping(_ relationship: Int) -> BitSet {
        guard let kind = kinds[relationship] else { return BitSet() }
        if let known = overlaps[kind] { return known }
        var found = BitSet()
        for (other, members) in members
        where other.clause == kind.clause
            && (kind.types.isEmpty || other.types.isEmpty
                || !kind.types.isDisjoint(with: other.types))
        {
            found.formUnion(members)
        }
        overlaps[kind] = found
        return found
    }

    private var overlaps: [Kind: BitSet] = [:]
}
