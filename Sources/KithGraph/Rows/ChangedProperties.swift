import KithValues

/// The changed properties of one row.
///
/// The first lies in the row itself: most changes are of one property, and to get and give back memory for
/// it takes longer than all else about such a change.
struct ChangedProperties: RandomAccessCollection {
    private var first: RowChange.Property?
    private var others: [RowChange.Property] = []

    init() {}

    var startIndex: Int { 0 }
    var endIndex: Int { first == nil ? 0 : others.count &+ 1 }

    subscript(index: Int) -> RowChange.Property {
        if index == 0, let first { return first }
        return others[index &- 1]
    }

    /// The key of one of them, without its value.
    func key(at index: Int) -> UInt32 {
        if index == 0, let first { return first.key }
        return others[index &- 1].key
    }

    mutating func setValue(_ value: Value, at index: Int) {
        if index == 0 { first?.value = value } else { others[index &- 1].value = value }
    }

    mutating func reserveCapacity(_ count: Int) {
        if count > 1 { others.reserveCapacity(count - 1) }
    }

    mutating func append(_ property: RowChange.Property) {
        if first == nil { first = property } else { others.append(property) }
    }

    mutating func insert(_ property: RowChange.Property, at index: Int) {
        if index > 0 { return others.insert(property, at: index - 1) }
        if let first { others.insert(first, at: 0) }
        first = property
    }

    mutating func remove(at index: Int) {
        if index > 0 {
            others.remove(at: index - 1)
        } else {
            first = others.isEmpty ? nil : others.removeFirst()
        }
    }
}
