import KithValues

/// `min` and `max` while every value is of one kind of number or date; from the first other value on,
/// the general state.
final class ExtremeState: AggregateState {
    private let wantsLargest: Bool
    private let fallback: GeneralAggregateState
    /// What the words are; nil before the first value.
    private var layout: Vector.Layout?
    private let words: GroupValues<Int64>
    /// Which groups have a value, from the first row without one on.
    private let isPresent = GroupValues<Bool>(false)
    /// Whether every row had a value: then every group has one.
    private var isComplete = true
    /// Whether groups were there when the first row without a value came. They were said to have
    /// values, which is so for all that have rows.
    private var isGuessed = false
    private var isGeneral = false
    private var firstKind: Vector.Layout?
    /// Whether values of more than one layout came.
    private var hasSeveralKinds = false

    init(wantsLargest: Bool, fallback: GeneralAggregateState) {
        self.wantsLargest = wantsLargest
        self.fallback = fallback
        words = GroupValues(wantsLargest ? .min : .max)
    }

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ rows: AggregateRows
    ) throws(QueryError) {
        guard let argument else { return }
        note(argument.layout)
        if !isGeneral {
            let isTyped = [.integer, .date, .float].contains(argument.layout)
            if argument.layout == .null
                || (isTyped && (layout ?? argument.layout) == argument.layout)
            {
                if !argument.hasNoNulls || argument.layout == .float { beginMarking() }
                makeRoom(rows.groupCount)
                if argument.layout == .null { return }
                layout = argument.layout
                addWords(argument, rows)
                return
            }
            // Before there is room for groups that begin with these rows.
            try generalise()
        }
        try fallback.add(argument, constants, rows)
    }

    /// Begins to mark which groups have a value; those that are there have one.
    private func beginMarking() {
        guard isComplete else { return }
        isComplete = false
        isGuessed = words.count > 0
        isPresent.extend(to: words.count)
        for group in 0..<words.count { isPresent.values[group] = true }
    }

    private func makeRoom(_ groupCount: Int) {
        words.extend(to: groupCount)
        if !isComplete { isPresent.extend(to: groupCount) }
    }

    private func note(_ kind: Vector.Layout) {
        if kind == .null { return }
        if kind == .tagged || (firstKind != nil && firstKind != kind) { hasSeveralKinds = true }
        firstKind = kind
    }

    private func addWords(_ argument: Vector, _ rows: AggregateRows) {
        let (words, isPresent) = (words.values, isPresent.values)
        let wantsLargest = wantsLargest
        let mask = argument.positionMask
        if argument.layout == .float {
            let floats = argument.floats
            if argument.hasNoNulls, rows.groups == nil, rows.count > 0 {
                var best = Double(bitPattern: UInt64(bitPattern: words[0]))
                if !isPresent[0] { best = floats[0] }
                var row = 0
                while row < rows.count {
                    let value = floats[row & mask]
                    if Self.isBeyond(value, best, wantsLargest) { best = value }
                    row &+= 1
                }
                words[0] = Int64(bitPattern: best.bitPattern)
                isPresent[0] = true
                return
            }
            for row in 0..<rows.count where !argument.isNull(row) {
                let group = rows.group(row)
                let value = floats[row & mask]
                let known = Double(bitPattern: UInt64(bitPattern: words[group]))
                if !isPresent[group] || Self.isBeyond(value, known, wantsLargest) {
                    words[group] = Int64(bitPattern: value.bitPattern)
                    isPresent[group] = true
                }
            }
            return
        }
        let numbers = argument.integers
        // No branch depends on the values: groups begin with what every integer passes.
        if argument.hasNoNulls, let groups = rows.groups {
            var row = 0
            if wantsLargest {
                while row < rows.count {
                    let group = Int(groups[row])
                    words[group] = max(words[group], numbers[row & mask])
                    row &+= 1
                }
            } else {
                while row < rows.count {
                    let group = Int(groups[row])
                    words[group] = min(words[group], numbers[row & mask])
                    row &+= 1
                }
            }
            if isComplete { return }
            for row in 0..<rows.count { isPresent[Int(groups[row])] = true }
            return
        }
        if argument.hasNoNulls, rows.groups == nil, isComplete, rows.count > 0 {
            var best = words[0]
            var row = 0
            if wantsLargest {
                while row < rows.count {
                    best = max(best, numbers[row & mask])
                    row &+= 1
                }
            } else {
                while row < rows.count {
                    best = min(best, numbers[row & mask])
                    row &+= 1
                }
            }
            words[0] = best
            return
        }
        for row in 0..<rows.count where !argument.isNull(row) {
            let group = rows.group(row)
            let (known, value) = (words[group], numbers[row & mask])
            words[group] = wantsLargest ? max(known, value) : min(known, value)
            if !isComplete { isPresent[group] = true }
        }
    }

    /// In the order of ORDER BY, in which NaN is the greatest float.
    @inline(__always)
    private static func isBeyond(_ value: Double, _ known: Double, _ wantsLargest: Bool) -> Bool {
        if value.isNaN || known.isNaN {
            return wantsLargest ? value.isNaN && !known.isNaN : known.isNaN && !value.isNaN
        }
        return wantsLargest ? value > known : value < known
    }

    private func generalise() throws(QueryError) {
        isGeneral = true
        try fallback.seed((0..<words.count).map { typedResult($0) })
    }

    private func hasValue(_ group: Int) -> Bool {
        group < words.count && (isComplete || isPresent.values[group])
    }

    private func typedResult(_ group: Int) -> Value {
        guard hasValue(group) else { return .null }
        let word = words.values[group]
        switch layout {
        case .integer: return .integer(word)
        case .date:
            // The number that groups begin with is no date: a place without rows has it.
            if word == (wantsLargest ? .min : .max) { return .null }
            return .date(CalendarDate(daysSinceEpoch: word))
        case .float: return .float(Double(bitPattern: UInt64(bitPattern: word)))
        default: return .null
        }
    }

    override func merge(
        _ other: AggregateState, groups: [Int32], groupCount: Int
    ) throws(QueryError) {
        let other = same(other, as: ExtremeState.self)
        if let kind = other.firstKind { note(other.hasSeveralKinds ? .tagged : kind) }
        let isTyped = other.layout == nil || layout == nil || layout == other.layout
        if !isGeneral, !other.isGeneral, isTyped {
            // Not every group need have rows on both sides.
            beginMarking()
            makeRoom(groupCount)
            guard let kind = other.layout else { return }
            let values = Vector(kind, count: groups.count, hasNulls: true)
            for group in 0..<min(other.words.count, groups.count) {
                values.integers[group] = other.words.values[group]
                values.validity?[group] = other.hasValue(group) ? 1 : 0
            }
            layout = kind
            groups.withUnsafeBufferPointer { buffer in
                addWords(
                    values,
                    AggregateRows(
                        count: groups.count, groups: buffer.baseAddress, groupCount: groupCount))
            }
            return
        }
        if !isGeneral { try generalise() }
        if !other.isGeneral { try other.generalise() }
        try fallback.merge(other.fallback, groups: groups, groupCount: groupCount)
    }

    override func mergeAligned(_ other: AggregateState, groupCount: Int) throws(QueryError) {
        let theirs = same(other, as: ExtremeState.self)
        // Which groups have rows is not known here.
        isGuessed = isGuessed || isComplete || theirs.isComplete || theirs.isGuessed
        try super.mergeAligned(other, groupCount: groupCount)
    }

    override func beginParts(with other: AggregateState, groupCount: Int) -> Bool {
        let theirs = same(other, as: ExtremeState.self)
        guard isComplete, theirs.isComplete, let layout, layout == theirs.layout else {
            return false
        }
        makeRoom(groupCount)
        return true
    }

    override func mergePart(of other: AggregateState, _ groups: Range<Int>) -> Bool {
        let theirs = same(other, as: ExtremeState.self)
        let (words, added) = (words.values, theirs.words.values)
        let groups = groups.clamped(to: 0..<theirs.words.count)
        if wantsLargest {
            for group in groups { words[group] = max(words[group], added[group]) }
        } else {
            for group in groups { words[group] = min(words[group], added[group]) }
        }
        return true
    }

    override var isPlain: Bool { !isGeneral && !isGuessed }

    override func reset() -> Bool {
        guard !isGeneral else { return false }
        layout = nil
        words.removeAll()
        isPresent.removeAll()
        isComplete = true
        isGuessed = false
        firstKind = nil
        hasSeveralKinds = false
        return true
    }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        if isGeneral { return try fallback.results(groups) }
        guard let layout else { return .nulls(count: groups.count) }
        if isComplete, groups.upperBound <= words.count { return words.vector(groups, layout) }
        let hasNulls = groups.contains { !hasValue($0) }
        let result = Vector(layout, count: groups.count, hasNulls: hasNulls)
        for (row, group) in groups.enumerated() where hasValue(group) {
            result.integers[row] = words.values[group]
            result.validity?[row] = 1
        }
        return result
    }

    /// Of values that are equal and not the same, such as 1 and 1.0, the first counts.
    override var mayTakeAnyOrder: Bool { !hasSeveralKinds }

    override var sizeInBytes: Int {
        words.sizeInBytes + isPresent.sizeInBytes + fallback.sizeInBytes
    }
}
