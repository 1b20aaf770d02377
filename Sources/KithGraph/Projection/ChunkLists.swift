import KithValues

/// The lists of a projection's nodes of one chunk, while the projection is made.
final class ChunkLists: @unchecked Sendable {
    // Sendable: written only by its initializer.

    /// The number of edges of each node.
    let degrees: UnsafeMutablePointer<UInt32>
    let targets: UnsafeMutablePointer<UInt32>
    let weights: UnsafeMutablePointer<Double>?
    private(set) var edgeCount = 0
    private(set) var smallestWeight = Double.infinity

    /// Reads what `lists` have of the chunk at `place`. Several lists of a node are merged.
    init(
        _ place: Int, _ lists: [ListsOfType], _ nodes: ProjectedNodes, _ builder: ProjectionBuilder
    ) throws(ProjectionError) {
        let chunk = nodes.chunks[place]
        let step = builder.graph.cache.enter()
        defer { builder.graph.cache.leave(step) }
        var bases: [AdjacencyChunk] = []
        var edgesMax = 0
        do throws(GraphError) {
            for list in lists {
                let base = try builder.graph.baseLists(list.key, chunk, in: list.table)
                bases.append(base)
                edgesMax += base.edgeCount + (list.changed?[chunk]?.count ?? 0)
            }
        } catch { throw .graph(error) }
        let first = nodes.firstPositions[place]
        let count = nodes.firstPositions[place + 1] - first
        let isWeighted = builder.names.weight != nil
        degrees = .allocate(capacity: max(count, 1))
        targets = .allocate(capacity: max(edgesMax, 1))
        weights = isWeighted ? .allocate(capacity: max(edgesMax, 1)) : nil
        var source = ChunkListSource(chunk, lists, bases, nodes, builder)
        let merge = lists.count > 1 ? RunMerge(capacity: edgesMax, isWeighted: isWeighted) : nil
        for index in 0..<count {
            let slot = Int(nodes.ids[first + index] & UInt64(GraphLimits.slotsPerChunk - 1))
            let start = edgeCount
            for list in lists.indices {
                let before = edgeCount
                edgeCount += try source.copy(
                    list, slot, targets + before, weights.map { $0 + before })
                merge?.join(
                    targets + start, weights.map { $0 + start }, before - start, edgeCount - start)
            }
            degrees[index] = UInt32(truncatingIfNeeded: edgeCount - start)
        }
        if let weights {
            for edge in 0..<edgeCount { smallestWeight = min(smallestWeight, weights[edge]) }
        }
    }

    deinit {
        degrees.deallocate()
        targets.deallocate()
        weights?.deallocate()
    }
}

/// Copies the lists of one chunk as positions and weights.
private struct ChunkListSource {
    let chunk: UInt64
    let lists: [ListsOfType]
    let bases: [AdjacencyChunk]
    let nodes: ProjectedNodes
    let builder: ProjectionBuilder
    let positions: UnsafePointer<UInt32>
    var reader: WeightReader?

    init(
        _ chunk: UInt64, _ lists: [ListsOfType], _ bases: [AdjacencyChunk],
        _ nodes: ProjectedNodes, _ builder: ProjectionBuilder
    ) {
        self.chunk = chunk
        self.lists = lists
        self.bases = bases
        self.nodes = nodes
        self.builder = builder
        positions = nodes.positions
        reader = builder.names.weight.map {
            WeightReader($0, builder.names.weightName, builder.defaultWeight, builder.graph)
        }
    }

    @inline(__always)
    private func position(_ node: UInt64, _ places: UnsafeBufferPointer<Int32>) -> UInt32 {
        let chunk = Int(truncatingIfNeeded: node &>> UInt64(GraphLimits.slotBits))
        guard chunk < places.count else { return ProjectedNodes.missing }
        let place = Int(places[chunk])
        guard place >= 0 else { return ProjectedNodes.missing }
        let slot = Int(truncatingIfNeeded: node & UInt64(GraphLimits.slotsPerChunk - 1))
        return positions[place &* GraphLimits.slotsPerChunk &+ slot]
    }

    /// Writes the edges of one list of a slot whose ends are in the projection; gives their number.
    mutating func copy(
        _ list: Int, _ slot: Int, _ targets: UnsafeMutablePointer<UInt32>,
        _ weights: UnsafeMutablePointer<Double>?
    ) throws(ProjectionError) -> Int {
        let source = chunk << UInt64(GraphLimits.slotBits) | UInt64(slot)
        let skipped = lists[list].skipsLoops ? source : UInt64.max
        if let changes = lists[list].changed?[chunk]?[UInt16(slot)], !changes.isEmpty {
            return try copyMerged(list, source, skipped, targets, weights)
        }
        let base = bases[list]
        let range = base.range(slot)
        if range.isEmpty { return 0 }
        var count = 0
        guard let weights else {
            nodes.places.withUnsafeBufferPointer { places in
                for edge in range {
                    let neighbour = base.neighbour(edge)
                    let found = position(neighbour, places)
                    if neighbour == skipped { continue }
                    targets[count] = found
                    count &+= found == ProjectedNodes.missing ? 0 : 1
                }
            }
            return count
        }
        for edge in range {
            let neighbour = base.neighbour(edge)
            let found = nodes.places.withUnsafeBufferPointer { position(neighbour, $0) }
            if found == ProjectedNodes.missing || neighbour == skipped { continue }
            targets[count] = found
            weights[count] = try reader?.weight(of: base.relationship(edge)) ?? 1
            count += 1
        }
        return count
    }

    /// The same for a list that the transaction changed.
    private mutating func copyMerged(
        _ list: Int, _ source: UInt64, _ skipped: UInt64,
        _ targets: UnsafeMutablePointer<UInt32>, _ weights: UnsafeMutablePointer<Double>?
    ) throws(ProjectionError) -> Int {
        let edges: [ChunkEdge]
        do throws(GraphError) {
            edges = try builder.graph.mergedList(lists[list], source)
        } catch { throw .graph(error) }
        var count = 0
        for edge in edges where edge.neighbour != skipped {
            let found = nodes.places.withUnsafeBufferPointer { position(edge.neighbour, $0) }
            if found == ProjectedNodes.missing { continue }
            targets[count] = found
            if let weights { weights[count] = try reader?.weight(of: edge.relationship) ?? 1 }
            count += 1
        }
        return count
    }
}

/// Reads weights of relationships, whose ids mostly follow each other.
private struct WeightReader {
    let key: PropertyKeyID
    let name: String
    let defaultWeight: Double?
    let graph: GraphReader
    private var chunk = UInt64.max
    private var column: Column?

    init(_ key: PropertyKeyID, _ name: String, _ defaultWeight: Double?, _ graph: GraphReader) {
        self.key = key
        self.name = name
        self.defaultWeight = defaultWeight
        self.graph = graph
    }

    mutating func weight(of relationship: UInt64) throws(ProjectionError) -> Double {
        let wanted = relationship &>> UInt64(GraphLimits.slotBits)
        if wanted != chunk {
            do throws(GraphError) {
                column = try graph.column(key, inRelationshipChunk: ChunkID(rawValue: wanted))
            } catch { throw .graph(error) }
            chunk = wanted
        }
        let slot = Int(truncatingIfNeeded: relationship & UInt64(GraphLimits.slotsPerChunk - 1))
        guard let column, column.hasValue(slot) else {
            if let defaultWeight { return defaultWeight }
            throw .missingWeight(property: name, relationship: relationship)
        }
        let weight: Double
        switch column.layout {
        case .float: weight = column.floats[slot]
        case .integer: weight = Double(column.integers[slot])
        default:
            switch column.value(at: slot) {
            case .float(let value): weight = value
            case .integer(let value): weight = Double(value)
            case let other:
                throw .weightIsNoNumber(
                    property: name, relationship: relationship, kind: other.kind)
            }
        }
        guard weight.isFinite else {
            throw .weightIsNotFinite(property: name, relationship: relationship)
        }
        return weight
    }
}

/// Merges two sorted runs that lie one after the other.
private final class RunMerge {
    private let targets: UnsafeMutablePointer<UInt32>
    private let weights: UnsafeMutablePointer<Double>?

    init(capacity: Int, isWeighted: Bool) {
        targets = .allocate(capacity: max(capacity, 1))
        weights = isWeighted ? .allocate(capacity: max(capacity, 1)) : nil
    }

    deinit {
        targets.deallocate()
        weights?.deallocate()
    }

    /// Merges the entries `0 ..< middle` and `middle ..< end`; of equal ones the first run's go first.
    func join(
        _ run: UnsafeMutablePointer<UInt32>, _ runWeights: UnsafeMutablePointer<Double>?,
        _ middle: Int, _ end: Int
    ) {
        if middle == 0 || middle == end || run[middle - 1] <= run[middle] { return }
        targets.update(from: run, count: middle)
        if let weights, let runWeights { weights.update(from: runWeights, count: middle) }
        var left = 0
        var right = middle
        var place = 0
        while left < middle {
            let takesRight = right < end && run[right] < targets[left]
            run[place] = takesRight ? run[right] : targets[left]
            if let weights, let runWeights {
                runWeights[place] = takesRight ? runWeights[right] : weights[left]
            }
            if takesRight { right &+= 1 } else { left &+= 1 }
            place &+= 1
        }
    }
}
