import KithValues

extension GraphReader {
    /// The part of the graph that `definition` says, as arrays.
    ///
    /// What was made for this state of the graph before is given again, as long as
    /// ``GraphOptions/projectionCacheBudgetInBytes`` lets it be kept; so are the parts that it shares
    /// with other definitions. In a write transaction they are read on one thread, and once it has
    /// changed something made anew each time.
    ///
    /// - Throws: ``ProjectionError`` for names that the graph does not know, and for weights that are
    ///   missing, no numbers, or not finite.
    public func projection(
        _ definition: ProjectionDefinition, ways: GraphProjection.Ways = .forward
    ) throws(ProjectionError) -> GraphProjection {
        let team = WorkTeam(count: WorkTeam.processorCount)
        return try projection(definition, ways: ways, team: team) { (_) throws(ProjectionError) in }
    }

    /// The same on the threads of a team; `reserve` is told of memory before it is taken, and with
    /// negative numbers when it is given back.
    package func projection(
        _ definition: ProjectionDefinition, ways: GraphProjection.Ways, team: WorkTeam,
        reserve: (Int) throws(ProjectionError) -> Void
    ) throws(ProjectionError) -> GraphProjection {
        let isChanged = pending.map { !$0.isEmpty } ?? false
        let builder = ProjectionBuilder(
            self, try ProjectionNames(definition, catalog), definition.defaultWeight,
            team: owned == nil ? team : nil, shouldStop: team)
        let shelf = isChanged ? nil : tables.projections
        let nodes = try builder.nodes(shelf, reserve)
        func lists(_ direction: Direction) throws(ProjectionError) -> ProjectedLists {
            try builder.lists(direction, nodes, shelf, reserve)
        }
        let direction = definition.direction
        let isBoth = direction == .both
        let forward =
            ways.contains(.forward) || isBoth ? try lists(direction) : nil
        let backward =
            isBoth
            ? forward : ways.contains(.backward) ? try lists(direction.reversed) : nil
        return GraphProjection(definition, nodes, forward: forward, backward: backward)
    }
}

/// The names of a definition as numbers, each once, ascending.
struct ProjectionNames {
    let labels: [UInt32]
    let types: [UInt32]
    let weight: PropertyKeyID?
    let weightName: String

    init(_ definition: ProjectionDefinition, _ catalog: Catalog) throws(ProjectionError) {
        var labels: Set<UInt32> = []
        for name in definition.labels {
            guard let label = catalog.label(name) else { throw .unknownLabel(name) }
            labels.insert(label.rawValue)
        }
        self.labels = labels.sorted()
        var types: Set<UInt32> = []
        for name in definition.types {
            guard let type = catalog.relationshipType(name) else { throw .unknownType(name) }
            types.insert(type.rawValue)
        }
        self.types = types.sorted()
        weightName = definition.weight ?? ""
        guard let name = definition.weight else {
            weight = nil
            return
        }
        guard let key = catalog.propertyKey(name) else { throw .unknownProperty(name) }
        weight = key
    }
}
