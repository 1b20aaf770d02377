import KithValues
import Synchronization

/// Makes the parts of projections of one view of a graph.
struct ProjectionBuilder {
    let graph: GraphReader
    let names: ProjectionNames
    let defaultWeight: Double?
    /// The threads that read; nil where only the view's own thread may.
    let team: WorkTeam?
    /// Knows whether to stop.
    let clock: WorkTeam

    init(
        _ graph: GraphReader, _ names: ProjectionNames, _ defaultWeight: Double?, team: WorkTeam?,
        shouldStop clock: WorkTeam
    ) {
        self.graph = graph
        self.names = names
        self.defaultWeight = defaultWeight
        self.team = team
        self.clock = clock
    }

    typealias Reserve = (Int) throws(ProjectionError) -> Void

    private var budgetInBytes: Int { graph.cache.projectionBudgetInBytes }

    func checkpoint() throws(ProjectionError) {
        do { try clock.checkpoint() } catch { throw .stopped }
    }

    /// The nodes, from the shelf or made.
    func nodes(
        _ shelf: ProjectionShelf?, _ reserve: Reserve
    ) throws(ProjectionError) -> ProjectedNodes {
        let key = ProjectionShelf.Key.nodes(labels: names.labels)
        if let known = shelf?.part(key) as? ProjectedNodes {
            try reserve(known.sizeInBytes)
            return known
        }
        let found: [(chunk: UInt64, slots: SlotSet)]
        do throws(GraphError) { found = try slots() } catch { throw .graph(error) }
        try checkpoint()
        let total = found.reduce(0) { $0 + $1.slots.count }
        guard total < Int(ProjectedNodes.missing) else { throw .tooManyNodes }
        try reserve(total * 8 + found.count * (GraphLimits.slotsPerChunk * 4 + 16))
        let made = ProjectedNodes(found)
        shelf?.keep(made, key, sizeInBytes: made.sizeInBytes, budgetInBytes: budgetInBytes)
        return made
    }

    /// The slots of the nodes with any of the labels, by chunk, ascending.
    private func slots() throws(GraphError) -> [(chunk: UInt64, slots: SlotSet)] {
        var found: [UInt64: SlotSet] = [:]
        let labels = names.labels.map { Optional(LabelID(rawValue: $0)) }
        for label in labels.isEmpty ? [nil] : labels {
            for chunk in try graph.nodeChunks(label: label) {
                let slots = try graph.slots(
                    inNodeChunk: chunk, labels: label.map { [$0] } ?? [])
                if slots.isEmpty { continue }
                found[chunk.rawValue, default: SlotSet()].formUnion(slots)
            }
        }
        return found.sorted { $0.key < $1.key }.map { (chunk: $0.key, slots: $0.value) }
    }

    /// The lists of one direction, from the shelf or made.
    func lists(
        _ direction: Direction, _ nodes: ProjectedNodes, _ shelf: ProjectionShelf?,
        _ reserve: Reserve
    ) throws(ProjectionError) -> ProjectedLists {
        let key = ProjectionShelf.Key.lists(
            labels: names.labels,
            .init(
                types: names.types, direction: direction, weight: names.weight?.rawValue,
                defaultWeight: names.weight == nil ? nil : defaultWeight))
        if let known = shelf?.part(key) as? ProjectedLists {
            try reserve(known.sizeInBytes)
            return known
        }
        let made: ProjectedLists
        if names.weight == nil || direction == .outgoing {
            made = try read(direction, nodes, reserve)
        } else {
            // Incoming lists do not know their relationships, and so not their weights.
            let outgoing = try lists(.outgoing, nodes, shelf, reserve)
            defer { try? reserve(-outgoing.sizeInBytes) }
            made = try turned(outgoing, direction, nodes, reserve)
        }
        shelf?.keep(made, key, sizeInBytes: made.sizeInBytes, budgetInBytes: budgetInBytes)
        return made
    }

    /// Lists put together from those of the adjacency.
    private func read(
        _ direction: Direction, _ nodes: ProjectedNodes, _ reserve: Reserve
    ) throws(ProjectionError) -> ProjectedLists {
        let types = names.types.map(RelationshipTypeID.init(rawValue:))
        let lists = graph.lists(types: types, direction: direction)
        let isWeighted = names.weight != nil
        let edgesMax = lists.reduce(0) { total, list in
            total + graph.relationshipCount(type: RelationshipTypeID(rawValue: list.key.type))
        }
        let expected =
            2
            * ListRoom.sizeInBytes(
                nodeCount: nodes.count, edgeCount: edgesMax, isWeighted: isWeighted)
        try reserve(expected)
        let parts = try parts(lists, nodes)
        let room = try assembled(parts, nodes, isWeighted)
        let smallest = parts.reduce(Double.infinity) { min($0, $1.smallestWeight) }
        try reserve(room.sizeInBytes - expected)
        return ProjectedLists(room, smallestWeight: smallest.isFinite ? smallest : 1)
    }

    /// The lists of the nodes of each chunk.
    private func parts(
        _ lists: [ListsOfType], _ nodes: ProjectedNodes
    ) throws(ProjectionError) -> [ChunkLists] {
        let count = nodes.chunks.count
        let results = Guarded([Result<ChunkLists, ProjectionError>?](repeating: nil, count: count))
        let team = team ?? WorkTeam(count: 1)
        let isFailed = Atomic(false)
        do throws(WorkStopped) {
            try team.forEachBlock(of: count, size: 1) { block, _ in
                // Chunks begin in order, so whatever fails first in the graph's order is found.
                if isFailed.load(ordering: .relaxed) || clock.isStopping { return }
                let place = block.lowerBound
                let result: Result<ChunkLists, ProjectionError>
                do throws(ProjectionError) {
                    result = .success(try ChunkLists(place, lists, nodes, self))
                } catch {
                    isFailed.store(true, ordering: .relaxed)
                    result = .failure(error)
                }
                results.withLock { $0[place] = result }
            }
        } catch { throw .stopped }
        try checkpoint()
        var parts: [ChunkLists] = []
        for result in results.withLock({ $0 }) {
            guard let result else { continue }
            parts.append(try result.get())
        }
        return parts
    }

    /// The parts one after the other.
    private func assembled(
        _ parts: [ChunkLists], _ nodes: ProjectedNodes, _ isWeighted: Bool
    ) throws(ProjectionError) -> ListRoom {
        let degrees = UnsafeMutablePointer<UInt32>.allocate(capacity: max(nodes.count, 1))
        defer { degrees.deallocate() }
        for (place, part) in parts.enumerated() {
            let first = nodes.firstPositions[place]
            (degrees + first).update(
                from: part.degrees, count: nodes.firstPositions[place + 1] - first)
        }
        let room = ListRoom(degrees: degrees, nodeCount: nodes.count, isWeighted: isWeighted)
        do throws(WorkStopped) {
            try clock.forEachBlock(of: parts.count, size: 1) { block, _ in
                let part = parts[block.lowerBound]
                let start = room.offsets[nodes.firstPositions[block.lowerBound]]
                (room.targets + start).update(from: part.targets, count: part.edgeCount)
                guard let weights = part.weights, let target = room.weights else { return }
                (target + start).update(from: weights, count: part.edgeCount)
            }
        } catch { throw .stopped }
        return room
    }
}
