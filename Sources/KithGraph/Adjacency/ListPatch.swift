/// The lists of a chunk as an earlier commit had them, and what was changed since: made into lists
/// only when somebody reads them, and then faster than by decoding blocks again.
final class ListPatch: Sendable {
    let base: AdjacencyChunk
    let changes: [EdgeChange]

    /// Patches with more changes are not kept.
    static let changesMax = 256
    /// Patches of one view past this number are not kept.
    static let patchesMax = 64

    init(_ base: AdjacencyChunk, _ changes: [EdgeChange]) {
        self.base = base
        self.changes = changes
    }

    /// Whether changes not yet folded into blocks may have taken edges away.
    var hasRemovals: Bool { base.hasRecentRemovals || changes.contains { !$0.isAdded } }

    /// The changed lists; nil where the blocks must be decoded instead.
    func apply() -> AdjacencyChunk? {
        guard let old = base.narrow else { return nil }
        guard let steps = steps() else { return nil }
        let count = base.edgeCount + steps.reduce(0) { $0 + ($1.isAdded ? 1 : -1) }
        let lists = ListMemory(edgeCount: count, isWide: false)
        guard let narrow = lists.narrow else { return nil }
        let idMemory = base.hasIDs ? DecodedMemory(byteCount: count * 8) : nil
        let ids = idMemory?.start.assumingMemoryBound(to: UInt64.self)
        let offsets = lists.offsets
        var from = 0
        var to = 0
        func copy(until end: Int) {
            (narrow + to).update(from: old + from, count: end - from)
            if let ids {
                for edge in 0..<end - from { ids[to + edge] = base.relationship(from + edge) }
            }
            to += end - from
            from = end
        }
        for step in steps {
            copy(until: step.edge)
            if step.isAdded {
                narrow[to] = UInt32(truncatingIfNeeded: step.change.neighbour)
                ids?[to] = step.change.relationship
                to += 1
            } else {
                from += 1
            }
        }
        copy(until: base.edgeCount)
        var shift = 0
        var next = 0
        for slot in 0...GraphLimits.slotsPerChunk {
            while next < steps.count, Int(steps[next].change.slot) < slot {
                shift += steps[next].isAdded ? 1 : -1
                next += 1
            }
            offsets[slot] = UInt32(truncatingIfNeeded: Int(base.offsets[slot]) + shift)
        }
        return AdjacencyChunk(
            lists, relationships: idMemory, firstRelationship: 0, hasIDs: base.hasIDs,
            edgeCount: count, recentCount: base.recentCount + changes.count,
            hasRecentRemovals: hasRemovals)
    }

    /// A change and the edge of the base that it comes before, or that it takes away.
    private struct Step {
        var edge: Int
        var isAdded: Bool
        var change: ChunkEdge
    }

    /// The changes by their places; nil if one of them has none.
    private func steps() -> [Step]? {
        var steps: [Step] = []
        var taken: Set<Int> = []
        for change in Self.remaining(changes, hasIDs: base.hasIDs) {
            guard change.edge.neighbour <= UInt64(UInt32.max) else { return nil }
            let same = base.edges(slot: Int(change.edge.slot), neighbour: change.edge.neighbour)
            if change.isAdded {
                var place = same.lowerBound
                while base.hasIDs, place < same.upperBound,
                    base.relationship(place) < change.edge.relationship
                { place += 1 }
                steps.append(Step(edge: place, isAdded: true, change: change.edge))
                continue
            }
            let found = same.first { edge in
                !taken.contains(edge)
                    && (!base.hasIDs || base.relationship(edge) == change.edge.relationship)
            }
            guard let found else { return nil }
            taken.insert(found)
            steps.append(Step(edge: found, isAdded: false, change: change.edge))
        }
        return steps.sorted { left, right in
            if left.edge != right.edge { return left.edge < right.edge }
            if left.isAdded != right.isAdded { return left.isAdded }
            return ChunkEdge.isBefore(left.change, right.change)
        }
    }

    /// The changes without those that take each other back.
    private static func remaining(_ changes: [EdgeChange], hasIDs: Bool) -> [EdgeChange] {
        if changes.allSatisfy({ $0.isAdded }) { return changes }
        var result: [EdgeChange] = []
        for change in changes {
            let opposite = result.lastIndex {
                $0.isAdded != change.isAdded && $0.edge == change.edge
            }
            if let opposite { result.remove(at: opposite) } else { result.append(change) }
        }
        return result
    }
}
