import KithGraph
import KithLanguage
import KithValues

/// Reading a plan: what it comes to for its one row.
extension PointWrite {
    /// What a plan that writes comes to; nil where it has more rows than one, or does anything else.
    static func reading(
        _ plan: Plan, columns: [VariableID], parameters: ParameterPositions, catalog: Catalog
    ) -> PointWrite? {
        var nodes: [PlanNode] = []
        var node = plan.root
        while !(node.step is UnitRowStep) {
            guard node.inputs.count == 1 else { return nil }
            nodes.append(node)
            node = node.inputs[0]
        }
        var reader = PlanReader(parameters: parameters, catalog: catalog)
        for node in nodes.reversed() where !reader.read(node.step) { return nil }
        // What was deleted is not read any more.
        if reader.hasRemoved, !columns.isEmpty { return nil }
        let found = columns.compactMap { reader.known[$0] }
        return found.count == columns.count
            ? PointWrite(steps: reader.steps, columns: found) : nil
    }

    /// Reads the steps of a plan from its start on.
    private struct PlanReader {
        let parameters: ParameterPositions
        let catalog: Catalog
        var steps: [Step] = []
        /// What the variables stand for.
        var known: [VariableID: Column] = [:]
        private var placeCount = 0
        /// Whether what follows sees properties as they are now: they must not change any more.
        private var hasRead = false
        /// Whether something is deleted, which ends it.
        private(set) var hasRemoved = false

        init(parameters: ParameterPositions, catalog: Catalog) {
            self.parameters = parameters
            self.catalog = catalog
        }

        /// Takes in a step; false where it is none of those that come to this.
        mutating func read(_ step: any PlanStep) -> Bool {
            switch step {
            case is KeepStep: return true
            case let project as ProjectStep: return read(project.items)
            case _ where hasRead || hasRemoved: return false
            case let seek as IndexSeekStep:
                guard let key = seek.onlyKey(parameters),
                    let place = newPlace(seek.variable, .node)
                else { return false }
                steps.append(.find(Find(seek.index.id, key: key, place: place)))
                return true
            case let create as CreateStep: return read(create.pattern)
            case let set as SetStep:
                guard let changes = changes(set.changes) else { return false }
                steps += changes.map { .change($0) }
                return true
            case let merge as MergeStep: return read(merge)
            case let delete as DeleteStep: return read(delete)
            default: return false
            }
        }

        private mutating func read(_ step: MergeStep) -> Bool {
            let merge = step.merge
            var search = step.search
            while search.step is KeepStep, search.inputs.count == 1 { search = search.inputs[0] }
            guard merge.pattern.nodes.count == 1, merge.pattern.relationships.isEmpty,
                let seek = search.step as? IndexSeekStep, let key = seek.onlyKey(parameters),
                search.inputs.count == 1, search.inputs[0].step is OuterRowsStep,
                let node = newNode(merge.pattern.nodes[0]),
                let onCreate = changes(merge.onCreate), let onMatch = changes(merge.onMatch)
            else { return false }
            let find = Find(seek.index.id, key: key, place: node.place)
            steps.append(.merge(Merging(find, node, onCreate: onCreate, onMatch: onMatch)))
            return true
        }

        private mutating func read(_ step: DeleteStep) -> Bool {
            var (relationships, nodes): ([Int], [Int]) = ([], [])
            for entity in step.entities {
                guard let (kind, place) = place(entity) else { return false }
                if kind == .node { nodes.append(place) } else { relationships.append(place) }
            }
            hasRemoved = true
            steps.append(
                .remove(
                    Removal(
                        relationships: relationships, nodes: nodes, isDetaching: step.isDetaching)))
            return true
        }

        private mutating func newPlace(_ variable: VariableID, _ kind: EntityKind) -> Int? {
            guard placeCount < PointWrite.placesMax else { return nil }
            known[variable] = .entity(kind, place: placeCount)
            placeCount += 1
            return placeCount - 1
        }

        private func place(_ variable: VariableID) -> (kind: EntityKind, place: Int)? {
            guard case .entity(let kind, let place) = known[variable] else { return nil }
            return (kind, place)
        }

        private func place(_ expression: BoundExpression) -> (kind: EntityKind, place: Int)? {
            guard case .variable(let variable) = expression.kind else { return nil }
            return place(variable)
        }

        private func key(_ name: String) -> Key {
            Key(name: name, known: catalog.propertyKey(name))
        }

        private mutating func read(_ items: [BoundProjection.Item]) -> Bool {
            var made: [(VariableID, Column)] = []
            for item in items {
                guard let column = column(item.expression) else { return false }
                made.append((item.variable, column))
                if case .property = column { hasRead = true }
            }
            for (variable, column) in made { known[variable] = column }
            return true
        }

        private func column(_ expression: BoundExpression) -> Column? {
            switch expression.kind {
            case .variable(let variable): return known[variable]
            case .property(let subject, let name):
                guard let (kind, place) = place(subject) else { return nil }
                return .property(kind, place: place, key(name))
            default: return KnownValue(expression, parameters).map { .known($0) }
            }
        }

        private func properties(_ entries: [BoundMapEntry]) -> [Property]? {
            var properties: [Property] = []
            for entry in entries {
                guard let value = KnownValue(entry.value, parameters) else { return nil }
                properties.append(Property(key: key(entry.key), value: value))
            }
            return properties
        }

        private mutating func read(_ pattern: BoundPattern) -> Bool {
            guard pattern.paths.isEmpty, pattern.selections.isEmpty else { return false }
            for node in pattern.nodes where !node.isBound {
                guard let new = newNode(node) else { return false }
                steps.append(.node(new))
            }
            return pattern.relationships.allSatisfy { read($0, in: pattern) }
        }

        private mutating func newNode(_ node: PatternNode) -> NewNode? {
            guard !node.isBound, node.propertyMap == nil,
                let properties = properties(node.properties),
                let place = newPlace(node.variable, .node)
            else { return nil }
            var labels: [String] = []
            for name in node.labels?.requiredLabels ?? []
            where !labels.contains(where: { UTF8Order.areEqual($0, name) }) {
                labels.append(name)
            }
            let known = labels.compactMap { catalog.label($0) }
            return NewNode(
                labels: labels, known: known.count == labels.count ? known : nil,
                properties: properties, place: place, span: node.span)
        }

        private mutating func read(
            _ relationship: PatternRelationship, in pattern: BoundPattern
        ) -> Bool {
            guard !relationship.isBound, relationship.length == nil,
                relationship.quantified == nil, relationship.propertyMap == nil,
                let type = relationship.typeNames?.first,
                let properties = properties(relationship.properties),
                let from = place(pattern.nodes[relationship.from].variable), from.kind == .node,
                let to = place(pattern.nodes[relationship.to].variable), to.kind == .node,
                let place = newPlace(relationship.variable, .relationship)
            else { return false }
            let isReversed = relationship.direction == .incoming
            steps.append(
                .relationship(
                    NewRelationship(
                        type: type, known: catalog.relationshipType(type),
                        source: isReversed ? to.place : from.place,
                        target: isReversed ? from.place : to.place, properties: properties,
                        place: place, span: relationship.span)))
            return true
        }

        private func changes(_ bound: [BoundChange]) -> [Change]? {
            let changes = bound.compactMap { change($0) }
            return changes.count == bound.count ? changes : nil
        }

        private func change(_ change: BoundChange) -> Change? {
            let (entity, name, value, span): (BoundExpression, String, KnownValue?, SourceSpan?)
            switch change {
            case .setProperty(let subject, let key, let expression, let place):
                (entity, name, span) = (subject, key, place)
                value = KnownValue(expression, parameters)
            case .removeProperty(let subject, let key, let place):
                (entity, name, span) = (subject, key, place)
                value = .literal(.null)
            default: return nil
            }
            guard let value, let (kind, place) = place(entity) else { return nil }
            return Change(
                kind, place: place, property: Property(key: key(name), value: value), span: span)
        }
    }
}
