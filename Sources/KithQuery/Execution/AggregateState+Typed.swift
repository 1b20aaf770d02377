import KithLanguage
import KithValues

/// `sum` and `avg`: totals a group, with loops of their own for integers and floats.
final class TotalState: AggregateState {
    private let isMean: Bool
    private let span: SourceSpan?
    private var totals: [Total] = []
    /// Whether there were only numbers so far.
    private var hasOnlyNumbers = true

    init(isMean: Bool, span: SourceSpan?) {
        self.isMean = isMean
        self.span = span
    }

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], groupCount: Int, count: Int
    ) throws(QueryError) {
        while totals.count < groupCount { totals.append(Total(of: isMean ? "avg" : "sum")) }
        guard let argument, count > 0, argument.layout != .null else { return }
        let mask = argument.positionMask
        switch argument.layout {
        case .integer where hasOnlyNumbers:
            totals.withUnsafeMutableBufferPointer { totals in
                for row in 0..<count where !argument.isNull(row) {
                    totals[Int(groups[row])].addNumber(argument.integers[row & mask])
                }
            }
        case .float where hasOnlyNumbers:
            totals.withUnsafeMutableBufferPointer { totals in
                for row in 0..<count where !argument.isNull(row) {
                    totals[Int(groups[row])].addNumber(argument.floats[row & mask])
                }
            }
        default:
            hasOnlyNumbers = false
            do {
                for row in 0..<count {
                    try totals[Int(groups[row])].add(argument.value(at: row), multiplicity: 1)
                }
            } catch {
                throw QueryError(error, span: span)
            }
        }
    }

    override func addWeighted(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], weights: Vector,
        groupCount: Int, count: Int
    ) throws(QueryError) {
        while totals.count < groupCount { totals.append(Total(of: isMean ? "avg" : "sum")) }
        guard let argument, count > 0, argument.layout != .null else { return }
        if argument.layout != .integer && argument.layout != .float { hasOnlyNumbers = false }
        let mask = weights.positionMask
        do {
            for row in 0..<count {
                try totals[Int(groups[row])].add(
                    argument.value(at: row), multiplicity: weights.integers[row & mask])
            }
        } catch {
            throw QueryError(error, span: span)
        }
    }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        var values: [Value] = []
        do {
            for group in groups {
                let total = group < totals.count ? totals[group] : Total(of: "sum")
                values.append(try isMean ? total.meanValue() : total.sumValue())
            }
        } catch {
            throw QueryError(error, span: span)
        }
        return .of(values)
    }

    override var sizeInBytes: Int { totals.count * MemoryLayout<Total>.stride }
}

/// `min` and `max` while every value is an integer; from the first other value on, the general
/// state.
final class ExtremeState: AggregateState {
    private let wantsLargest: Bool
    private let fallback: GeneralAggregateState
    private var extremes: [Int64] = []
    private var isPresent: [Bool] = []
    private var isGeneral = false

    init(wantsLargest: Bool, fallback: GeneralAggregateState) {
        self.wantsLargest = wantsLargest
        self.fallback = fallback
    }

    override func add(
        _ argument: Vector?, _ constants: [Vector], _ groups: [Int32], groupCount: Int, count: Int
    ) throws(QueryError) {
        guard let argument else { return }
        if !isGeneral, argument.layout == .integer || argument.layout == .null {
            while extremes.count < groupCount {
                extremes.append(wantsLargest ? .min : .max)
                isPresent.append(false)
            }
            let wantsLargest = wantsLargest
            extremes.withUnsafeMutableBufferPointer { extremes in
                isPresent.withUnsafeMutableBufferPointer { isPresent in
                    for row in 0..<count where !argument.isNull(row) {
                        let group = Int(groups[row])
                        let value = argument.integers[argument.position(row)]
                        extremes[group] =
                            wantsLargest ? max(extremes[group], value) : min(extremes[group], value)
                        isPresent[group] = true
                    }
                }
            }
            return
        }
        if !isGeneral {
            isGeneral = true
            try fallback.seed(extremes.indices.map { integerResult($0) })
        }
        try fallback.add(argument, constants, groups, groupCount: groupCount, count: count)
    }

    private func integerResult(_ group: Int) -> Value {
        group < extremes.count && isPresent[group] ? .integer(extremes[group]) : .null
    }

    override func results(_ groups: Range<Int>) throws(QueryError) -> Vector {
        isGeneral ? try fallback.results(groups) : .of(groups.map { integerResult($0) })
    }

    override var sizeInBytes: Int { extremes.count * 9 + fallback.sizeInBytes }
}
