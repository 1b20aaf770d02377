extension EdgeArrays {
    /// Sorted edges one by one.
    init(_ edges: [ChunkEdge], hasIDs: Bool) {
        self.init(capacity: edges.count)
        self.hasIDs = hasIDs
        for edge in edges { append(edge) }
    }

    /// The edges of a chunk's lists with changes applied; see ``EdgeMerge``.
    static func merged(
        _ base: AdjacencyChunk, _ changes: [EdgeChange], hasIDs: Bool
    ) throws(GraphError) -> EdgeArrays {
        guard changes.allSatisfy({ $0.isAdded }) else {
            return EdgeArrays(
                try EdgeMerge.merge(base.allEdges(), changes, hasIDs: hasIDs), hasIDs: hasIDs)
        }
        return added(changes, to: base, hasIDs: hasIDs)
    }

    /// What lies between the new edges is copied as it is.
    private static func added(
        _ changes: [EdgeChange], to base: AdjacencyChunk, hasIDs: Bool
    ) -> EdgeArrays {
        var arrays = EdgeArrays(capacity: base.edgeCount + changes.count)
        arrays.hasIDs = hasIDs
        for slot in 0..<GraphLimits.slotsPerChunk {
            arrays.degrees[slot] = base.offsets[slot &+ 1] &- base.offsets[slot]
        }
        var from = 0
        for change in sorted(changes, hasIDs: hasIDs) {
            let edge = change.edge
            let place = base.place(of: edge)
            arrays.copy(base, from..<place)
            from = place
            arrays.append(edge)
        }
        arrays.copy(base, from..<base.edgeCount)
        return arrays
    }

    private static func sorted(_ changes: [EdgeChange], hasIDs: Bool) -> [EdgeChange] {
        for index in changes.indices.dropFirst()
        where ChunkEdge.isBefore(changes[index].edge, changes[index - 1].edge) {
            return changes.sorted { ChunkEdge.isBefore($0.edge, $1.edge) }
        }
        return changes
    }

    private mutating func append(_ edge: ChunkEdge) {
        degrees[Int(edge.slot)] &+= 1
        neighbours[count] = edge.neighbour
        if hasIDs {
            note(edge.relationship)
            relationships[count] = edge.relationship
        }
        count &+= 1
    }

    /// Notes that an edge with this relationship comes next.
    private mutating func note(_ relationship: UInt64) {
        if count > 0, relationships[count &- 1] &+ 1 != relationship { isContiguous = false }
    }

    /// Appends edges of a chunk's lists, whose degrees are counted already.
    private mutating func copy(_ base: AdjacencyChunk, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let length = range.count
        let target = neighbours + count
        if let narrow = base.narrow {
            let source = narrow + range.lowerBound
            var index = 0
            while index < length {
                target[index] = UInt64(source[index])
                index &+= 1
            }
        } else if let wide = base.wide {
            target.update(from: wide + range.lowerBound, count: length)
        }
        guard hasIDs else {
            count &+= length
            return
        }
        note(base.relationship(range.lowerBound))
        if let stored = base.relationships {
            (relationships + count).update(from: stored + range.lowerBound, count: length)
            isContiguous = isContiguous && Self.isContiguous(stored + range.lowerBound, length)
        } else {
            let first = base.relationship(range.lowerBound)
            var index = 0
            while index < length {
                relationships[count &+ index] = first &+ UInt64(truncatingIfNeeded: index)
                index &+= 1
            }
        }
        count &+= length
    }

    private static func isContiguous(_ ids: UnsafePointer<UInt64>, _ count: Int) -> Bool {
        var difference: UInt64 = 0
        var index = 0
        while index < count {
            difference |= ids[index] &- ids[0] &- UInt64(truncatingIfNeeded: index)
            index &+= 1
        }
        return difference == 0
    }

    /// Calls `body` with the edges in one span.
    func withSpan<Result>(
        _ body: (EdgeSpan) throws(GraphError) -> Result
    ) throws(GraphError) -> Result {
        let nodes = UnsafeMutablePointer<UInt64>.allocate(capacity: max(count, 1))
        defer { nodes.deallocate() }
        var edge = 0
        for slot in 0..<GraphLimits.slotsPerChunk {
            let degree = Int(degrees[slot])
            (nodes + edge).update(repeating: UInt64(slot), count: degree)
            edge += degree
        }
        return try body(
            EdgeSpan(
                nodes: nodes, neighbours: neighbours,
                relationships: hasIDs ? UnsafePointer(relationships) : nil, count: count))
    }
}

extension AdjacencyChunk {
    /// The first place whose edge is not before this one.
    fileprivate func place(of edge: ChunkEdge) -> Int {
        let same = edges(slot: Int(edge.slot), neighbour: edge.neighbour)
        guard hasIDs else { return same.lowerBound }
        var place = same.lowerBound
        while place < same.upperBound, relationship(place) < edge.relationship { place += 1 }
        return place
    }
}
