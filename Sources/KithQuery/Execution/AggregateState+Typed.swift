import KithLanguage
import KithValues

/// `sum` and `avg`: totals a group. While all arguments are integers, or all are floats, in loops of
/// their own over plain memory; from the first other argument on by ``Total``.
final class TotalState: AggregateState {
    /// An exact sum of integers while it fits; see ``TotalState/spilled``.
    private struct IntegerTotal {
        var sum: Int64 = 0
        var count: Int64 = 0
    }
    private struct FloatTotal {
        var sum = FloatSum()
        var count: Int64 = 0
    }
    private enum Form { case nothing, integers, floats, general }

    private let isMean: Bool
    private let span: SourceSpan?
    private var form = Form.nothing
    private let integers = GroupValues(IntegerTotal())
    /// What no longer fitted into the sums of 64 bits, by group.
    private var spilled: [Int: Int128] = [:]
    private let floats = GroupValues(FloatTotal())
    private var totals: [Total] = []
    private var groupCount = 0

    init(isMean: Bool, span: SourceSpan?) {
        self.isMean = isMean
        self.span = span
    }

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ rows: AggregateRows
    ) throws(QueryError) {
        extend(to: rows.groupCount)
        guard let argument, rows.count > 0, argument.layout != .null else { return }
        if rows.weights != nil, addWeighted(argument, rows) { return }
        switch (rows.weights == nil ? argument.layout : .tagged, form) {
        case (.integer, .nothing), (.integer, .integers):
            form = .integers
            integers.extend(to: groupCount)
            addIntegers(argument, rows)
        case (.float, .nothing), (.float, .floats):
            form = .floats
            floats.extend(to: groupCount)
            addFloats(argument, rows)
        default:
            generalise()
            do {
                for row in 0..<rows.count {
                    try totals[rows.group(row)].add(
                        argument.value(at: row), multiplicity: rows.weight(row))
                }
            } catch {
                throw QueryError(error, span: span)
            }
        }
    }

    private func extend(to count: Int) {
        groupCount = max(groupCount, count)
        if form == .general {
            while totals.count < groupCount { totals.append(Total(of: isMean ? "avg" : "sum")) }
        }
    }

    @inline(__always)
    private func add(_ number: Int64, _ group: Int, _ values: UnsafeMutablePointer<IntegerTotal>) {
        let (sum, overflow) = values[group].sum.addingReportingOverflow(number)
        if overflow {
            spilled[group, default: 0] += Int128(values[group].sum)
            values[group].sum = number
        } else {
            values[group].sum = sum
        }
        values[group].count &+= 1
    }

    private func addIntegers(_ argument: Vector, _ rows: AggregateRows) {
        let values = integers.values
        let numbers = argument.integers
        let mask = argument.positionMask
        if let validity = argument.validity {
            for row in 0..<rows.count where validity[row & mask] != 0 {
                add(numbers[row & mask], rows.group(row), values)
            }
            return
        }
        var row = 0
        if let groups = rows.groups {
            while row < rows.count {
                add(numbers[row & mask], Int(groups[row]), values)
                row &+= 1
            }
        } else {
            while row < rows.count {
                add(numbers[row & mask], 0, values)
                row &+= 1
            }
        }
    }

    private func addFloats(_ argument: Vector, _ rows: AggregateRows) {
        let values = floats.values
        let mask = argument.positionMask
        for row in 0..<rows.count where !argument.isNull(row) {
            let group = rows.group(row)
            values[group].sum.add(argument.floats[row & mask])
            values[group].count &+= 1
        }
    }

    /// Adds integers that come several times each; false, with nothing done, for other arguments.
    private func addWeighted(_ argument: Vector, _ rows: AggregateRows) -> Bool {
        guard argument.layout == .integer, form == .nothing || form == .integers else {
            return false
        }
        form = .integers
        integers.extend(to: groupCount)
        for row in 0..<rows.count where !argument.isNull(row) {
            let group = rows.group(row)
            let weight = rows.weight(row)
            let number = argument.integers[argument.position(row)]
            let (product, overflow) = number.multipliedReportingOverflow(by: weight)
            if overflow {
                spilled[group, default: 0] += Int128(number) * Int128(weight)
                add(0, group, integers.values)
            } else {
                add(product, group, integers.values)
            }
            integers.values[group].count &+= weight &- 1
        }
        return true
    }

    /// The sum of a group's integers so far.
    private func integerSum(_ group: Int) -> Int128 {
        Int128(integers.values[group].sum) + (spilled.isEmpty ? 0 : spilled[group] ?? 0)
    }

    /// Turns to totals of any values.
    private func generalise() {
        guard form != .general else { return }
        for group in 0..<groupCount { totals.append(total(group)) }
        form = .general
    }

    private func total(_ group: Int) -> Total {
        let name = isMean ? "avg" : "sum"
        switch form {
        case .integers where group < integers.count:
            return Total(
                of: name, integers: integerSum(group), count: integers.values[group].count)
        case .floats where group < floats.count:
            let known = floats.values[group]
            return Total(of: name, floats: known.sum, count: known.count)
        case .general where group < totals.count: return totals[group]
        default: return Total(of: name)
        }
    }

    override func merge(
        _ other: AggregateState, groups: [Int32], groupCount: Int
    ) throws(QueryError) {
        let other = same(other, as: TotalState.self)
        extend(to: groupCount)
        if other.form == .nothing { return }
        if other.form == .integers, form == .integers || form == .nothing {
            form = .integers
            integers.extend(to: groupCount)
            for group in 0..<other.integers.count {
                let target = Int(groups[group])
                let added = other.integers.values[group]
                add(added.sum, target, integers.values)
                integers.values[target].count &+= added.count &- 1
                if let rest = other.spilled[group] { spilled[target, default: 0] += rest }
            }
            return
        }
        generalise()
        do {
            for group in 0..<other.groupCount where group < groups.count {
                try totals[Int(groups[group])].add(other.total(group))
            }
        } catch {
            throw QueryError(error, span: span)
        }
    }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        if form == .integers, !isMean, spilled.isEmpty {
            let result = Vector(.integer, count: groups.count)
            for (row, group) in groups.enumerated() {
                result.integers[row] = group < integers.count ? integers.values[group].sum : 0
            }
            return result
        }
        var values: [Value] = []
        do {
            for group in groups {
                let total = total(group)
                values.append(try isMean ? total.meanValue() : total.sumValue())
            }
        } catch {
            throw QueryError(error, span: span)
        }
        return .of(values)
    }

    override var mayTakeAnyOrder: Bool { true }

    override var sizeInBytes: Int {
        integers.sizeInBytes + floats.sizeInBytes + totals.count * MemoryLayout<Total>.stride
    }
}

/// `min` and `max` while every value is of one kind of number or date; from the first other value on,
/// the general state.
final class ExtremeState: AggregateState {
    private let wantsLargest: Bool
    private let fallback: GeneralAggregateState
    /// What the words are; nil before the first value.
    private var layout: Vector.Layout?
    private let words: GroupValues<Int64>
    private let isPresent = GroupValues<Bool>(false)
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
            words.extend(to: rows.groupCount)
            isPresent.extend(to: rows.groupCount)
            if argument.layout == .null { return }
            let isTyped = [.integer, .date, .float].contains(argument.layout)
            if isTyped, layout == nil || layout == argument.layout {
                layout = argument.layout
                addWords(argument, rows)
                return
            }
            try generalise()
        }
        try fallback.add(argument, constants, rows)
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
            while row < rows.count {
                let group = Int(groups[row])
                let (known, value) = (words[group], numbers[row & mask])
                words[group] = wantsLargest ? max(known, value) : min(known, value)
                isPresent[group] = true
                row &+= 1
            }
            return
        }
        for row in 0..<rows.count where !argument.isNull(row) {
            let group = rows.group(row)
            let (known, value) = (words[group], numbers[row & mask])
            words[group] = wantsLargest ? max(known, value) : min(known, value)
            isPresent[group] = true
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

    private func typedResult(_ group: Int) -> Value {
        guard group < words.count, isPresent.values[group] else { return .null }
        let word = words.values[group]
        switch layout {
        case .integer: return .integer(word)
        case .date: return .date(CalendarDate(daysSinceEpoch: word))
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
            words.extend(to: groupCount)
            isPresent.extend(to: groupCount)
            guard let kind = other.layout else { return }
            let values = Vector(kind, count: groups.count, hasNulls: true)
            for group in 0..<min(other.words.count, groups.count) {
                values.integers[group] = other.words.values[group]
                values.validity?[group] = other.isPresent.values[group] ? 1 : 0
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

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        if isGeneral { return try fallback.results(groups) }
        guard let layout else { return .nulls(count: groups.count) }
        let hasNulls = groups.contains { $0 >= words.count || !isPresent.values[$0] }
        let result = Vector(layout, count: groups.count, hasNulls: hasNulls)
        for (row, group) in groups.enumerated()
        where group < words.count && isPresent.values[group] {
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
