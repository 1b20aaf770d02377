extension Value {
    /// Feeds into `hasher` what equivalent values share.
    public func hashEquivalence(into hasher: inout Hasher) {
        if case .list(let elements) = self {
            hasher.combine(ValueKind.list.rawValue)
            hasher.combine(elements.count)
            var index = 0
            while index < elements.count {
                elements[index].hashEquivalence(into: &hasher)
                index += 1
            }
        } else if case .map(let map) = self {
            Value.hash(map, into: &hasher)
        } else {
            hashScalar(into: &hasher)
        }
    }

    @inline(never)
    private func hashScalar(into hasher: inout Hasher) {
        // Integers and floats share a mark, because 1 and 1.0 are equivalent.
        hasher.combine(kind == .float ? ValueKind.integer.rawValue : kind.rawValue)
        switch self {
        case .null, .list, .map: break
        case .boolean(let known): hasher.combine(known)
        case .integer(let number): hasher.combine(number)
        case .float(let number): Value.hash(number, into: &hasher)
        case .string(let text): UTF8Order.hash(text, into: &hasher)
        case .node(let id): hasher.combine(id)
        case .relationship(let id): hasher.combine(id)
        case .path(let path):
            hasher.combine(path.nodes)
            hasher.combine(path.relationships)
        case .date(let date): hasher.combine(date)
        case .localTime(let time): hasher.combine(time)
        case .time(let time): hasher.combine(time)
        case .localDateTime(let local): hasher.combine(local)
        case .dateTime(let zoned): hasher.combine(zoned)
        case .duration(let duration): hasher.combine(duration)
        case .money(let money): hasher.combine(money)
        }
    }

    private static func hash(_ number: Double, into hasher: inout Hasher) {
        if let whole = Int64(exactly: number) {
            hasher.combine(whole)
        } else {
            // Not whole, so never equal to an integer; all NaNs are one.
            hasher.combine(number.isNaN ? Double.nan.bitPattern : number.bitPattern)
        }
    }

    private static func hash(_ map: ValueMap, into hasher: inout Hasher) {
        // Maps with the same entries in another order are equivalent, so entries are combined by a
        // sum, which has no order.
        var sum = 0
        var index = 0
        while index < map.count {
            sum &+= hash(ofEntryAt: index, in: map)
            index += 1
        }
        hasher.combine(ValueKind.map.rawValue)
        hasher.combine(map.count)
        hasher.combine(sum)
    }

    private static func hash(ofEntryAt index: Int, in map: ValueMap) -> Int {
        var hasher = Hasher()
        UTF8Order.hash(map.entries[index].key, into: &hasher)
        map.entries[index].value.hashEquivalence(into: &hasher)
        return hasher.finalize()
    }
}
