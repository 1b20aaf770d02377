import KithLanguage
import KithValues

/// The rows that an aggregate is to add.
struct AggregateRows {
    let count: Int
    /// The group of each row; nil where all belong to group 0.
    let groups: UnsafePointer<Int32>?
    /// How many groups there are now.
    let groupCount: Int
    /// How many equal rows each row stands for, as integers; nil where it is one.
    var weights: Vector?

    /// The group of a row.
    @inline(__always)
    func group(_ row: Int) -> Int {
        guard let groups else { return 0 }
        return Int(groups[row])
    }

    /// How many equal rows a row stands for.
    @inline(__always)
    func weight(_ row: Int) -> Int64 {
        guard let weights else { return 1 }
        return weights.integers[weights.position(row)]
    }
}

/// The accumulators of one aggregate, one for each group.
class AggregateState {
    /// Adds the rows of a batch, whose groups are numbered in the order of their first rows. A group's
    /// accumulator is made from the `constants` of its first row.
    func add(
        _ argument: Vector?, _ constants: [Vector], _ rows: AggregateRows
    ) throws(QueryError) {
        preconditionFailure("an aggregate must say how it adds")
    }

    /// Adds what a state of the same call holds: its group `g` becomes part of `groups[g]` here. What
    /// it holds comes after what is here.
    func merge(
        _ other: AggregateState, groups: [Int32], groupCount: Int
    ) throws(QueryError) {
        preconditionFailure("an aggregate must say how it merges")
    }

    /// Adds what a state of the same call holds whose groups have the same numbers.
    func mergeAligned(_ other: AggregateState, groupCount: Int) throws(QueryError) {
        try merge(
            other, groups: (0..<Int32(truncatingIfNeeded: groupCount)).map { $0 },
            groupCount: groupCount)
    }

    /// Gets ready to take over, part by part, what a state of the same call holds whose groups have the
    /// same numbers; false, with nothing done, where it cannot.
    func beginParts(with other: AggregateState, groupCount: Int) -> Bool { false }

    /// Takes over some groups, of which no other thread has one; false, with nothing done, where one of
    /// them needs more than a number.
    func mergePart(of other: AggregateState, _ groups: Range<Int>) -> Bool {
        preconditionFailure("an aggregate that begins with parts must say how it merges them")
    }

    /// Takes over the groups of a part that was refused.
    func mergeRest(of other: AggregateState, _ groups: Range<Int>) throws(QueryError) {
        preconditionFailure("an aggregate that refuses a part must say how it merges it")
    }

    /// Whether it keeps nothing but numbers for each group, and gives the right results of the groups
    /// that have rows where there are others without any.
    var isPlain: Bool { false }

    /// Whether the results are the same in whatever order rows come, but for the last digit of float
    /// sums and the sign of zero, as far as the rows so far tell.
    var mayTakeAnyOrder: Bool { false }

    /// The results of some groups.
    func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        preconditionFailure("an aggregate must say what it gives")
    }

    /// Forgets all rows, as if just made, and keeps its memory for others; false where it cannot.
    func reset() -> Bool { false }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int { 0 }

    /// The fastest state for a call.
    static func make(_ call: AggregateCall) -> AggregateState {
        let general = GeneralAggregateState(
            function: call.function, isDistinct: call.isDistinct, span: call.span)
        if call.isDistinct {
            return call.function.name == "count" ? DistinctCountState(fallback: general) : general
        }
        switch call.function.name {
        case "count": return CountState()
        case "sum": return TotalState(isMean: false, span: call.span)
        case "avg": return TotalState(isMean: true, span: call.span)
        case "min": return ExtremeState(wantsLargest: false, fallback: general)
        case "max": return ExtremeState(wantsLargest: true, fallback: general)
        default: return general
        }
    }

    /// Another state, which is of the same class because it was made for the same call.
    func same<State: AggregateState>(_ other: AggregateState, as type: State.Type) -> State {
        guard let same = other as? State else {
            preconditionFailure("states of different aggregates do not merge")
        }
        return same
    }
}

/// An aggregate ready to run. A class, so that going through calls counts one reference each.
final class AggregateCall {
    let variable: VariableID
    let function: AggregateFunction
    let isDistinct: Bool
    /// nil for `count(*)`.
    let argument: VectorExpression?
    let constants: [VectorExpression]
    let span: SourceSpan?

    init(
        variable: VariableID, function: AggregateFunction, isDistinct: Bool,
        argument: VectorExpression?, constants: [VectorExpression], span: SourceSpan?
    ) {
        self.variable = variable
        self.function = function
        self.isDistinct = isDistinct
        self.argument = argument
        self.constants = constants
        self.span = span
    }
}

/// `count(*)` and `count(x)`.
final class CountState: AggregateState {
    private let counts = GroupValues<Int64>(0)

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ rows: AggregateRows
    ) throws(QueryError) {
        counts.extend(to: rows.groupCount)
        let values = counts.values
        if rows.weights != nil {
            for row in 0..<rows.count where argument?.isNull(row) != true {
                let (sum, overflow) = values[rows.group(row)].addingReportingOverflow(
                    rows.weight(row))
                guard !overflow else { throw QueryError(.integerOverflow, span: nil) }
                values[rows.group(row)] = sum
            }
            return
        }
        if let argument, !argument.hasNoNulls {
            for row in 0..<rows.count where !argument.isNull(row) {
                values[rows.group(row)] &+= 1
            }
            return
        }
        guard let groups = rows.groups else {
            if rows.count > 0 { values[0] &+= Int64(rows.count) }
            return
        }
        var row = 0
        while row < rows.count {
            values[Int(groups[row])] &+= 1
            row &+= 1
        }
    }

    override func merge(
        _ other: AggregateState, groups: [Int32], groupCount: Int
    ) throws(QueryError) {
        let other = same(other, as: CountState.self)
        counts.extend(to: groupCount)
        for group in 0..<other.counts.count {
            let (sum, overflow) = counts.values[Int(groups[group])].addingReportingOverflow(
                other.counts.values[group])
            guard !overflow else { throw QueryError(.integerOverflow, span: nil) }
            counts.values[Int(groups[group])] = sum
        }
    }

    override func beginParts(with other: AggregateState, groupCount: Int) -> Bool {
        counts.extend(to: groupCount)
        return true
    }

    override func mergePart(of other: AggregateState, _ groups: Range<Int>) -> Bool {
        counts.add(same(other, as: CountState.self).counts, groups)
    }

    override func mergeRest(of other: AggregateState, _ groups: Range<Int>) throws(QueryError) {
        throw QueryError(.integerOverflow, span: nil)
    }

    override var isPlain: Bool { true }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        counts.vector(groups)
    }

    override var mayTakeAnyOrder: Bool { true }

    override func reset() -> Bool {
        counts.removeAll()
        return true
    }

    override var sizeInBytes: Int { counts.sizeInBytes }
}

/// Any aggregate, by the accumulators of its function.
final class GeneralAggregateState: AggregateState {
    let span: SourceSpan?
    private let function: AggregateFunction
    private let isDistinct: Bool
    private var accumulators: [any Accumulator] = []
    /// The different values of each group.
    private var distinct: [DistinctValues] = []
    private var heldValues = 0

    init(function: AggregateFunction, isDistinct: Bool, span: SourceSpan?) {
        self.function = function
        self.isDistinct = isDistinct
        self.span = span
    }

    /// Adds one value to each group, from the first.
    func seed(_ values: [Value]) throws(QueryError) {
        do {
            for (group, value) in values.enumerated() { try add(value, to: group, []) }
        } catch {
            throw QueryError(error, span: span)
        }
    }

    /// Adds a value to a group, which may be the next new one.
    func add(_ value: Value, toGroup group: Int) throws(QueryError) {
        do {
            try add(value, to: group, [])
        } catch {
            throw QueryError(error, span: span)
        }
    }

    private func add(
        _ value: Value, to group: Int, _ constants: @autoclosure () -> [Value],
        multiplicity: Int64 = 1
    ) throws(ValueError) {
        while group >= accumulators.count { try addGroup(constants()) }
        if isDistinct {
            guard distinct[group].insert(value) else { return }
            try accumulators[group].add(value, multiplicity: 1)
        } else {
            try accumulators[group].add(value, multiplicity: multiplicity)
        }
    }

    private func addGroup(_ constants: [Value]) throws(ValueError) {
        accumulators.append(try function.makeAccumulator(constants))
        if isDistinct { distinct.append(DistinctValues()) }
    }

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ rows: AggregateRows
    ) throws(QueryError) {
        do {
            for row in 0..<rows.count {
                let value = argument?.value(at: row) ?? .boolean(true)
                try add(
                    value, to: rows.group(row), constants.map { $0.value(at: row) },
                    multiplicity: rows.weight(row))
            }
        } catch {
            throw QueryError(error, span: span)
        }
        heldValues += rows.count
    }

    override func merge(
        _ other: AggregateState, groups: [Int32], groupCount: Int
    ) throws(QueryError) {
        let other = same(other, as: GeneralAggregateState.self)
        heldValues += other.heldValues
        do {
            for (group, accumulator) in other.accumulators.enumerated() {
                let target = Int(groups[group])
                // Groups that another thread found first; their values come later.
                while target > accumulators.count { try addGroup([]) }
                if target == accumulators.count {
                    accumulators.append(accumulator)
                    if isDistinct { distinct.append(other.distinct[group]) }
                } else if isDistinct {
                    for value in other.distinct[group].values { try add(value, to: target, []) }
                } else {
                    try accumulators[target].merge(accumulator)
                }
            }
        } catch {
            throw QueryError(error, span: span)
        }
    }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        var values: [Value] = []
        do {
            // Without keys there is one group, even of no rows; percentiles of nothing are null.
            if accumulators.isEmpty, !groups.isEmpty {
                if function.parameters.count > 1 { return .nulls(count: groups.count) }
                try addGroup([])
            }
            while accumulators.count < groups.upperBound { try addGroup([]) }
            for group in groups { values.append(try accumulators[group].result()) }
        } catch {
            throw QueryError(error, span: span)
        }
        return .of(values)
    }

    override func reset() -> Bool {
        accumulators.removeAll(keepingCapacity: true)
        distinct.removeAll(keepingCapacity: true)
        heldValues = 0
        return true
    }

    override var sizeInBytes: Int {
        let keepsValues =
            isDistinct
            || ["collect", "percentileCont", "percentileDisc"]
                .contains(function.name)
        return accumulators.count * 64 + (keepsValues ? heldValues * (isDistinct ? 64 : 32) : 0)
    }
}
