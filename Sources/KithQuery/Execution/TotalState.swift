import KithLanguage
import KithValues

/// `sum` and `avg`: totals a group. While all arguments are integers, or all are floats, in loops of
/// their own over plain memory; from the first other argument on by ``Total``.
final class TotalState: AggregateState {
    private struct FloatTotal {
        var sum = FloatSum()
        var count: Int64 = 0
    }
    private enum Form { case nothing, integers, floats, general }

    private let isMean: Bool
    private let span: SourceSpan?
    private var form = Form.nothing
    /// Sums of integers, exact while they fit; see ``spilled``.
    private let sums = GroupValues<Int64>(0)
    /// How many integers each group has, while ``countsRows``.
    private let counts = GroupValues<Int64>(0)
    /// False for a sum while every row had an integer: then every group has one, and how many does not
    /// matter.
    private var countsRows: Bool
    /// What no longer fitted into the sums of 64 bits, by group.
    private var spilled: [Int: Int128] = [:]
    private let floats = GroupValues(FloatTotal())
    private var totals: [Total] = []
    private var groupCount = 0

    init(isMean: Bool, span: SourceSpan?) {
        self.isMean = isMean
        self.span = span
        countsRows = isMean
    }

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ rows: AggregateRows
    ) throws(QueryError) {
        if argument?.hasNoNulls != true { beginCounting() }
        extend(to: rows.groupCount)
        guard let argument, rows.count > 0, argument.layout != .null else { return }
        if rows.weights != nil, addWeighted(argument, rows) { return }
        switch (rows.weights == nil ? argument.layout : .tagged, form) {
        case (.integer, .nothing), (.integer, .integers):
            form = .integers
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

    /// Begins to count the integers of each group; those that are there have some.
    private func beginCounting() {
        guard !countsRows else { return }
        countsRows = true
        counts.extend(to: sums.count)
        for group in 0..<sums.count { counts.values[group] = 1 }
    }

    /// Makes room for the integers of all groups.
    private func makeRoomForIntegers() {
        sums.extend(to: groupCount)
        if countsRows { counts.extend(to: groupCount) }
    }

    @inline(__always)
    private func add(_ number: Int64, _ group: Int, _ values: UnsafeMutablePointer<Int64>) {
        let (sum, overflow) = values[group].addingReportingOverflow(number)
        if overflow { spill(group) }
        values[group] = overflow ? number : sum
    }

    /// Puts aside the sum of a group, which then begins anew.
    @inline(never)
    private func spill(_ group: Int) {
        spilled[group, default: 0] += Int128(sums.values[group])
    }

    private func addIntegers(_ argument: Vector, _ rows: AggregateRows) {
        makeRoomForIntegers()
        let (values, counts) = (sums.values, counts.values)
        let numbers = argument.integers
        let mask = argument.positionMask
        if let validity = argument.validity {
            for row in 0..<rows.count where validity[row & mask] != 0 {
                let group = rows.group(row)
                add(numbers[row & mask], group, values)
                counts[group] &+= 1
            }
            return
        }
        var row = 0
        guard let groups = rows.groups else {
            while row < rows.count {
                add(numbers[row & mask], 0, values)
                row &+= 1
            }
            if countsRows, rows.count > 0 { counts[0] &+= Int64(rows.count) }
            return
        }
        while row < rows.count {
            add(numbers[row & mask], Int(groups[row]), values)
            row &+= 1
        }
        guard countsRows else { return }
        row = 0
        while row < rows.count {
            counts[Int(groups[row])] &+= 1
            row &+= 1
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
        makeRoomForIntegers()
        for row in 0..<rows.count where !argument.isNull(row) {
            let group = rows.group(row)
            let weight = rows.weight(row)
            let number = argument.integers[argument.position(row)]
            let (product, overflow) = number.multipliedReportingOverflow(by: weight)
            if overflow {
                spilled[group, default: 0] += Int128(number) * Int128(weight)
            } else {
                add(product, group, sums.values)
            }
            if countsRows { counts.values[group] &+= weight }
        }
        return true
    }

    /// The sum of a group's integers so far.
    private func integerSum(_ group: Int) -> Int128 {
        Int128(sums.values[group]) + (spilled.isEmpty ? 0 : spilled[group] ?? 0)
    }

    /// How many integers a group has; for a sum that counts none, no more than that it has some.
    private func integerCount(_ group: Int) -> Int64 { countsRows ? counts.values[group] : 1 }

    /// Turns to totals of any values.
    private func generalise() {
        guard form != .general else { return }
        for group in 0..<groupCount { totals.append(total(group)) }
        form = .general
    }

    private func total(_ group: Int) -> Total {
        let name = isMean ? "avg" : "sum"
        switch form {
        case .integers where group < sums.count:
            return Total(of: name, integers: integerSum(group), count: integerCount(group))
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
        // Not every group need have rows on both sides.
        beginCounting()
        extend(to: groupCount)
        if other.form == .nothing { return }
        if other.form == .integers, form == .integers || form == .nothing {
            form = .integers
            makeRoomForIntegers()
            for group in 0..<other.sums.count {
                let target = Int(groups[group])
                add(other.sums.values[group], target, sums.values)
                counts.values[target] &+= other.integerCount(group)
                if other.spilled.isEmpty { continue }
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

    override func beginParts(with other: AggregateState, groupCount: Int) -> Bool {
        let theirs = same(other, as: TotalState.self)
        guard form == .integers, theirs.form == .integers, theirs.spilled.isEmpty, !countsRows,
            !theirs.countsRows
        else { return false }
        extend(to: groupCount)
        makeRoomForIntegers()
        return true
    }

    override func mergePart(of other: AggregateState, _ groups: Range<Int>) -> Bool {
        sums.add(same(other, as: TotalState.self).sums, groups)
    }

    override func mergeRest(of other: AggregateState, _ groups: Range<Int>) {
        let theirs = same(other, as: TotalState.self)
        for group in groups.clamped(to: 0..<theirs.sums.count) {
            add(theirs.sums.values[group], group, sums.values)
        }
    }

    override var isPlain: Bool { form != .general }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        if form == .integers, !isMean, spilled.isEmpty { return sums.vector(groups) }
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

    override func reset() -> Bool {
        guard form != .general else { return false }
        form = .nothing
        countsRows = isMean
        sums.removeAll()
        counts.removeAll()
        floats.removeAll()
        spilled.removeAll()
        groupCount = 0
        return true
    }

    override var sizeInBytes: Int {
        sums.sizeInBytes + counts.sizeInBytes + floats.sizeInBytes
            + totals.count * MemoryLayout<Total>.stride
    }
}
