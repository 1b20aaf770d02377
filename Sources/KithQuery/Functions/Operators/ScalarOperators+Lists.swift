import KithValues

extension ScalarOperators {
    /// `element IN list`: true when an element equals, else null when a null leaves it open.
    ///
    /// - Throws: ``ValueError`` when `list` is neither a list nor null.
    public static func isIn(_ element: Value, _ list: Value) throws(ValueError) -> Value {
        switch list {
        case .null: return .null
        case .list(let elements):
            var isOpen = false
            for candidate in elements {
                switch Value.cypherEquals(element, candidate) {
                case .yes: return .boolean(true)
                case .unknown: isOpen = true
                case .no: break
                }
            }
            return isOpen ? .null : .boolean(false)
        default:
            throw .invalidType("IN takes a list on its right side, not \(list.kind.name)")
        }
    }

    /// `subject[index]` on lists and maps: null where there is no such element.
    ///
    /// An index below zero counts from the list's end. Nodes and relationships are the caller's
    /// concern, since their properties are read through a transaction.
    ///
    /// - Throws: ``ValueError`` on other subjects, and on an index of the wrong kind.
    public static func subscripted(_ subject: Value, _ index: Value) throws(ValueError) -> Value {
        switch (subject, index) {
        case (.list(let elements), .integer(let position)):
            let fromStart = position < 0 ? position + Int64(elements.count) : position
            guard fromStart >= 0, fromStart < Int64(elements.count) else { return .null }
            return elements[Int(fromStart)]
        case (.map(let map), .string(let key)): return map[key] ?? .null
        case (.null, _), (.list, .null), (.map, .null): return .null
        case (.list, _):
            throw .invalidType("a list is indexed by an integer, not by \(index.kind.name)")
        case (.map, _):
            throw ValueError(
                .typeError, "MapElementAccessByNonString",
                "a map is indexed by a string, not by \(index.kind.name)")
        case (.node, _), (.relationship, _):
            throw .invalidType(
                "a property is looked up by its name, a string, not by \(index.kind.name)")
        default:
            throw .invalidType(
                "[ ] takes a list, a map, a node or a relationship, not \(subject.kind.name)")
        }
    }

    /// `subject[from..to]`: the elements from position `from` up to but without `to`.
    ///
    /// A bound that is left out (nil) is the list's end on its side; one below zero counts from the
    /// end; one that is null makes the result null.
    ///
    /// - Throws: ``ValueError`` when the subject is no list or a bound no integer.
    public static func slice(
        _ subject: Value, from: Value?, to: Value?
    ) throws(ValueError) -> Value {
        if subject.isNull { return .null }
        guard case .list(let elements) = subject else {
            throw .invalidType("[ .. ] takes a list, not \(subject.kind.name)")
        }
        if from?.isNull == true || to?.isNull == true { return .null }
        let lower = try slicePosition(from, otherwise: 0, count: elements.count)
        let upper = try slicePosition(to, otherwise: elements.count, count: elements.count)
        return .list(lower < upper ? Array(elements[lower..<upper]) : [])
    }

    private static func slicePosition(
        _ bound: Value?, otherwise: Int, count: Int
    ) throws(ValueError) -> Int {
        guard let bound else { return otherwise }
        guard case .integer(let position) = bound else {
            throw .invalidType("[ .. ] takes integers, not \(bound.kind.name)")
        }
        let fromStart = position < 0 ? position + Int64(count) : position
        return Int(min(max(fromStart, 0), Int64(count)))
    }
}
