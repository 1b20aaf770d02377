import Glibc
import KithValues

/// How the table of combinations grows with the keys, and what it has of the groups.
extension DirectGroups {
    /// Widens the table so that it has a place for every row; false where it cannot.
    func makeRoom(for batch: [KeyBatch], count rowCount: Int, rowsSeen: Int) -> Bool {
        var wanted = keys
        var isChanged = false
        for index in keys.indices {
            switch batch[index] {
            case .numbers(_, let dictionary):
                guard wanted[index].layout == nil || wanted[index].dictionary === dictionary else {
                    return false
                }
                wanted[index].layout = .string
                wanted[index].dictionary = dictionary
                wanted[index].base = 1
                if dictionary.end > wanted[index].width {
                    wanted[index].width = max(dictionary.end, min(wanted[index].width * 2, 4_096))
                    isChanged = true
                }
            case .vector(let vector):
                switch vector.layout {
                case .null: continue
                case .integer, .date, .node, .relationship, .boolean: break
                default: return false
                }
                guard wanted[index].layout == nil || wanted[index].layout == vector.layout else {
                    return false
                }
                guard let range = Self.range(of: vector, rowCount) else { continue }
                guard Self.widen(&wanted[index], to: range, vector.layout, &isChanged) else {
                    return false
                }
            }
        }
        if !isChanged {
            keys = wanted
            return true
        }
        var total = 1
        for index in wanted.indices {
            wanted[index].stride = total
            let (product, overflow) = total.multipliedReportingOverflow(by: wanted[index].width)
            guard !overflow else { return false }
            total = product
        }
        let most =
            rowsSeen < Self.fewRows
            ? Self.placesPerRow * (rowsSeen + 256)
            : max(Self.placesMax, 4 * rowsSeen)
        guard total <= min(most, 1 << 30) else { return false }
        keys = wanted
        rebuild(total)
        return true
    }

    /// Makes the codes of a key reach over `range`, with room on the side to which it grew.
    private static func widen(
        _ key: inout Key, to range: ClosedRange<Int64>, _ layout: Vector.Layout,
        _ isChanged: inout Bool
    ) -> Bool {
        let (span, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        guard !overflow, span < 1 << 30 else { return false }
        if key.layout == nil {
            key.layout = layout
            key.base = range.lowerBound
            key.width = Int(span) + 2
            isChanged = true
            return true
        }
        let last = key.base + Int64(key.width) - 2
        if range.lowerBound >= key.base, range.upperBound <= last { return true }
        let slack = Int64(key.width)
        let low = min(key.base, range.lowerBound)
        let high = max(last, range.upperBound)
        let (gap, gapOverflow) = high.subtractingReportingOverflow(low)
        guard !gapOverflow, gap < 1 << 30 else { return false }
        key.base = low < key.base ? (low > .min + slack ? low - slack : low) : low
        let end = high > last ? (high < .max - slack ? high + slack : high) : high
        key.width = Int(end - key.base) + 2
        isChanged = true
        return true
    }

    /// The least and the greatest value; nil where all are null.
    private static func range(of vector: Vector, _ rowCount: Int) -> ClosedRange<Int64>? {
        if vector.layout == .boolean { return 0...1 }
        if vector.validity == nil {
            let integers = vector.integers
            var (low, high) = (integers[0], integers[0])
            if !vector.isConstant {
                var row = 1
                while row < rowCount {
                    low = min(low, integers[row])
                    high = max(high, integers[row])
                    row &+= 1
                }
            }
            return low...high
        }
        var found: ClosedRange<Int64>?
        for row in 0..<rowCount where !vector.isNull(row) {
            let value = vector.integers[vector.position(row)]
            found =
                found.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
        }
        return found
    }

    private func rebuild(_ newCount: Int) {
        // Without groups, all that there is of it is empty.
        if count == 0, newCount <= tableCapacity { return }
        free(table)
        table = Self.zeroed(newCount)
        tableCapacity = newCount
        for group in 0..<count {
            table[place(of: group)] = Int32(truncatingIfNeeded: group + 1)
        }
    }

    /// Forgets all groups and keeps the table, which is emptied place by place; false where it cannot.
    func reset() -> Bool {
        guard keys.allSatisfy({ $0.dictionary == nil }) else { return false }
        for group in 0..<count { table[place(of: group)] = 0 }
        for index in keys.indices {
            words[index].removeAll()
            isPresent[index].removeAll()
            // The next rows may be far from these.
            keys[index] = Key()
        }
        count = 0
        return true
    }

    /// The place of a group in the table.
    private func place(of group: Int) -> Int {
        var place = 0
        for (index, key) in keys.enumerated() where isPresent[index].values[group] {
            let code = Int64(bitPattern: words[index].values[group]) &+ 1 &- key.base
            place &+= Int(code) &* key.stride
        }
        return place
    }

    /// Some groups' values of a key.
    func keyVector(_ index: Int, _ range: Range<Int>) -> Vector {
        let key = keys[index]
        guard let layout = key.layout else { return .nulls(count: range.count) }
        let isPresent = isPresent[index].values + range.lowerBound
        let words = words[index].values + range.lowerBound
        let hasNulls = (0..<range.count).contains { !isPresent[$0] }
        let owners = key.dictionary.map { [$0.owner] } ?? []
        let result = Vector(layout, count: range.count, hasNulls: hasNulls, owners: owners)
        switch layout {
        case .string:
            for row in 0..<range.count {
                result.strings[row] =
                    isPresent[row] ? key.dictionary?[Int(words[row])] ?? .empty : .empty
            }
        case .boolean:
            for row in 0..<range.count { result.booleans[row] = UInt8(words[row]) }
        default: result.ids.update(from: words, count: range.count)
        }
        if let validity = result.validity {
            for row in 0..<range.count { validity[row] = isPresent[row] ? 1 : 0 }
        }
        return result
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int {
        tableCapacity * 4 + count * keys.count * 9
            + keys.reduce(0) { $0 + ($1.dictionary?.sizeInBytes ?? 0) }
    }
}
