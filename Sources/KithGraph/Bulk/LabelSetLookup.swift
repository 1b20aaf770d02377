/// Counts relationships by the label sets of their ends, which it looks up by chunk.
final class LabelSetLookup {
    private let reader: GraphReader
    /// For each chunk of nodes its only label set, or ``several``.
    private var sets: [UInt32] = []
    private static let several = UInt32.max
    private var counts: [UInt64: Int] = [:]
    private var lastPair: UInt64 = 0
    private var lastCount = 0

    init(_ reader: GraphReader) throws(GraphError) {
        self.reader = reader
        let step = reader.cache.enter()
        defer { reader.cache.leave(step) }
        for chunk in 0..<reader.nodeChunkCount {
            let base = try reader.baseChunk(.node, chunk)
            let isUniform = base.recent.isEmpty && base.descriptor.labelSets.count == 1
            sets.append(isUniform ? base.descriptor.labelSets[0] : Self.several)
        }
    }

    private func set(of node: UInt64) throws(GraphError) -> UInt32 {
        let chunk = Int(node &>> UInt64(GraphLimits.slotBits))
        guard chunk < sets.count else { throw GraphError.nodeNotFound(node) }
        if sets[chunk] != Self.several { return sets[chunk] }
        guard let set = try reader.labelSet(of: node) else { throw GraphError.nodeNotFound(node) }
        return set
    }

    @inline(__always)
    func count(_ type: UInt32, _ source: UInt64, _ target: UInt64) throws(GraphError) {
        let pair = try UInt64(set(of: source)) &<< 32 | UInt64(set(of: target))
        if pair != lastPair {
            counts[lastPair, default: 0] += lastCount
            lastPair = pair
            lastCount = 0
        }
        lastCount &+= 1
    }

    /// The label set that all nodes of all chunks between two nodes have; nil if they differ.
    func uniformSet(_ first: UInt64, _ last: UInt64) -> UInt32? {
        let range =
            Int(
                first &>> UInt64(GraphLimits.slotBits))...Int(
                last &>> UInt64(GraphLimits.slotBits))
        guard range.upperBound < sets.count else { return nil }
        let set = sets[range.lowerBound]
        guard set != Self.several, sets[range].allSatisfy({ $0 == set }) else { return nil }
        return set
    }

    /// Adds edges from nodes of one label set to nodes of another.
    func count(_ added: Int, _ source: UInt32, _ target: UInt32) {
        counts[UInt64(source) << 32 | UInt64(target), default: 0] += added
    }

    /// The counts of all pairs of label sets.
    func totals() -> [(source: UInt32, target: UInt32, count: Int)] {
        counts[lastPair, default: 0] += lastCount
        lastCount = 0
        return counts.filter { $0.value > 0 }.map {
            (UInt32(truncatingIfNeeded: $0.key >> 32), UInt32(truncatingIfNeeded: $0.key), $0.value)
        }
    }
}

extension GraphReader.OwnedState {
    /// Adds relationships of a type counted by the label sets of their ends.
    func count(relationshipsOf type: UInt32, _ lookup: LabelSetLookup) {
        for (source, target, number) in lookup.totals() {
            count(relationships: number, type: type, source: source, target: target)
        }
    }
}
