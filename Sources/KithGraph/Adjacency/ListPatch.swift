/// The lists of a chunk as an earlier commit had them, and what was changed since: made into lists
/// only when somebody reads them, and then faster than by decoding blocks again.
final class ListPatch: Sendable {
    let base: AdjacencyChunk
    /// What was changed before, and by how many commits.
    private let earlier: ListPatch?
    private let depth: Int
    private let own: [EdgeChange]
    private let changeCount: Int
    private let hasRemovals: Bool
    /// How many changes wait to be folded into blocks, and whether some of them may have taken edges away.
    let recentCount: Int
    let hasRecentRemovals: Bool

    /// A patch is kept until so many edges of its base would be copied for each change, or until it has
    /// as many changes as the options say, if that is more.
    private static let edgesPerChange = 16
    /// A patch in which edges were taken away has few changes: each is compared with all before it.
    static let changesWithRemovalsMax = 256
    /// Patches of one view past this number are not kept.
    static let patchesMax = 64
    /// The changes of so many commits are kept each in a place of their own.
    private static let depthMax = 64

    /// `areFolded` where all changes, those of the base too, are in blocks now.
    init(_ base: AdjacencyChunk, _ changes: [EdgeChange], areFolded: Bool = false) {
        self.base = base
        earlier = nil
        depth = 1
        own = changes
        changeCount = changes.count
        hasRemovals = changes.contains { !$0.isAdded }
        recentCount = areFolded ? 0 : base.recentCount + changes.count
        hasRecentRemovals = !areFolded && (base.hasRecentRemovals || hasRemovals)
    }

    /// `earlier` with the changes that came after it.
    init(after earlier: ListPatch, _ changes: [EdgeChange], areFolded: Bool) {
        base = earlier.base
        let isLong = earlier.depth >= Self.depthMax
        self.earlier = isLong ? nil : earlier
        depth = isLong ? 1 : earlier.depth + 1
        own = isLong ? earlier.changes + changes : changes
        changeCount = earlier.changeCount + changes.count
        let removes = changes.contains { !$0.isAdded }
        hasRemovals = earlier.hasRemovals || removes
        recentCount = areFolded ? 0 : earlier.recentCount + changes.count
        hasRecentRemovals = !areFolded && (earlier.hasRecentRemovals || removes)
    }

    /// All changes, in their order.
    var changes: [EdgeChange] {
        var parts: [[EdgeChange]] = [own]
        var patch = earlier
        while let part = patch {
            parts.append(part.own)
            patch = part.earlier
        }
        return parts.count == 1 ? own : Array(parts.reversed().joined())
    }

    /// How many edges there are; changes that take each other back count twice, which does no harm.
    var edgeCount: Int { base.edgeCount + changeCount }

    /// Whether it is better to keep this than to make the lists at once; where memory is scarce only few
    /// changes are kept, and the lists that they change.
    func isShort(whereMemoryIsScarce isScarce: Bool, _ options: GraphOptions) -> Bool {
        let short = options.patchChangesMax
        if hasRemovals { return changeCount <= min(Self.changesWithRemovalsMax, short) }
        let longest = isScarce ? 0 : base.edgeCount / Self.edgesPerChange
        return changeCount <= max(short, longest)
    }

    /// The changed lists, made at once; nil where they are to be decoded when somebody reads them.
    func madeAtOnce(_ options: GraphOptions) throws(GraphError) -> AdjacencyChunk? {
        guard base.edgeCount <= changeCount * options.copiedEdgesMax else { return nil }
        // Relationships that follow each other need not be stored one by one.
        let mayFollow = base.hasIDs && base.relationships == nil
        if !hasRemovals, !mayFollow, let lists = apply() { return lists }
        return AdjacencyChunk(
            consuming: try EdgeArrays.merged(base, changes, hasIDs: base.hasIDs),
            hasIDs: base.hasIDs, recentCount: recentCount, hasRecentRemovals: hasRecentRemovals)
    }

    /// The changed lists; nil where the blocks must be decoded instead.
    func apply() -> AdjacencyChunk? {
        guard let old = base.narrow else { return nil }
        guard let steps = steps(of: changes) else { return nil }
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
            edgeCount: count, recentCount: recentCount, hasRecentRemovals: hasRecentRemovals)
    }

    /// A change and the edge of the base that it comes before, or that it takes away.
    private struct Step {
        var edge: Int
        var isAdded: Bool
        var change: ChunkEdge
    }

    /// The changes by their places; nil if one of them has none.
    private func steps(of changes: [EdgeChange]) -> [Step]? {
        var steps: [Step] = []
        steps.reserveCapacity(changes.count)
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
