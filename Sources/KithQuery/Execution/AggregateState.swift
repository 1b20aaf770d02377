import KithLanguage
import KithValues

/// The accumulators of one aggregate, one for each group.
class AggregateState {
    /// Adds the rows of a batch, whose groups are numbered by `groups` in the order of their first
    /// rows. A group's accumulator is made from the `constants` of its first row.
    func add(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], groupCount: Int, count: Int
    ) throws(QueryError) {
        preconditionFailure("an aggregate must say how it adds")
    }

    /// Adds rows each of which stands for as many equal ones as `weights` says.
    ///
    /// Aggregates that do not care how often a value comes take each row once.
    func addWeighted(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], weights: Vector,
        groupCount: Int, count: Int
    ) throws(QueryError) {
        try add(argument, constants, groups, groupCount: groupCount, count: count)
    }

    /// The results of some groups.
    func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        preconditionFailure("an aggregate must say what it gives")
    }

    /// The bytes it holds, roughly.
    var sizeInBytes: Int { 0 }

    /// The fastest state for a call.
    static func make(_ call: Aggregate.Call) -> AggregateState {
        if !call.isDistinct, call.function.name == "count" {
            return CountState()
        }
        let general = GeneralAggregateState(
            function: call.function, isDistinct: call.isDistinct, span: call.span)
        guard !call.isDistinct else { return general }
        switch call.function.name {
        case "sum": return TotalState(isMean: false, span: call.span)
        case "avg": return TotalState(isMean: true, span: call.span)
        case "min": return ExtremeState(wantsLargest: false, fallback: general)
        case "max": return ExtremeState(wantsLargest: true, fallback: general)
        default: return general
        }
    }
}

/// `count(*)` and `count(x)`.
final class CountState: AggregateState {
    private var counts: [Int64] = []

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], groupCount: Int, count: Int
    ) throws(QueryError) {
        while counts.count < groupCount { counts.append(0) }
        if let argument, !argument.hasNoNulls {
            for row in 0..<count where !argument.isNull(row) { counts[Int(groups[row])] += 1 }
        } else {
            counts.withUnsafeMutableBufferPointer { counts in
                for row in 0..<count { counts[Int(groups[row])] &+= 1 }
            }
        }
    }

    override func addWeighted(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], weights: Vector,
        groupCount: Int, count: Int
    ) throws(QueryError) {
        while counts.count < groupCount { counts.append(0) }
        let mask = weights.positionMask
        for row in 0..<count where argument?.isNull(row) != true {
            let group = Int(groups[row])
            let (sum, overflow) = counts[group].addingReportingOverflow(
                weights.integers[row & mask])
            guard !overflow else { throw QueryError(.integerOverflow, span: nil) }
            counts[group] = sum
        }
    }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        .of(groups.map { .integer($0 < counts.count ? counts[$0] : 0) })
    }

    override var sizeInBytes: Int { counts.count * 8 }
}

/// Any aggregate, by the accumulators of its function.
final class GeneralAggregateState: AggregateState {
    let span: SourceSpan?
    private let function: AggregateFunction
    private let isDistinct: Bool
    private var accumulators: [any Accumulator] = []
    private var seen: [Set<GroupingKey>] = []
    private var heldValues = 0

    init(function: AggregateFunction, isDistinct: Bool, span: SourceSpan?) {
        self.function = function
        self.isDistinct = isDistinct
        self.span = span
    }

    /// Adds one value to each group, from the first.
    func seed(_ values: [Value]) throws(QueryError) {
        do {
            for (group, value) in values.enumerated() {
                if group == accumulators.count { try addGroup([]) }
                try accumulators[group].add(value, multiplicity: 1)
            }
        } catch {
            throw QueryError(error, span: span)
        }
    }

    private func addGroup(_ constants: [Value]) throws(ValueError) {
        accumulators.append(try function.makeAccumulator(constants))
        if isDistinct { seen.append([]) }
    }

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], groupCount: Int, count: Int
    ) throws(QueryError) {
        try add(argument, constants, groups, count: count) { _ in 1 }
    }

    override func addWeighted(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], weights: Vector,
        groupCount: Int, count: Int
    ) throws(QueryError) {
        let mask = weights.positionMask
        try add(argument, constants, groups, count: count) { weights.integers[$0 & mask] }
    }

    private func add(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], count: Int,
        multiplicity: (Int) -> Int64
    ) throws(QueryError) {
        do {
            for row in 0..<count {
                let value = argument?.value(at: row) ?? .boolean(true)
                let group = Int(groups[row])
                if group == accumulators.count {
                    try addGroup(constants.map { $0.value(at: row) })
                }
                if isDistinct {
                    guard seen[group].insert(GroupingKey(value)).inserted else { continue }
                    try accumulators[group].add(value, multiplicity: 1)
                } else {
                    try accumulators[group].add(value, multiplicity: multiplicity(row))
                }
            }
        } catch {
            throw QueryError(error, span: span)
        }
        heldValues += count
    }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        var values: [Value] = []
        do {
            // Without keys there is one group, even of no rows; percentiles of nothing are null.
            if accumulators.isEmpty, !groups.isEmpty {
                if function.parameters.count > 1 { return .nulls(count: groups.count) }
                try addGroup([])
            }
            for group in groups { values.append(try accumulators[group].result()) }
        } catch {
            throw QueryError(error, span: span)
        }
        return .of(values)
    }

    override var sizeInBytes: Int {
        let keepsValues =
            isDistinct
            || ["collect", "percentileCont", "percentileDisc"]
                .contains(function.name)
        return accumulators.count * 64 + (keepsValues ? heldValues * 32 : 0)
    }
}
