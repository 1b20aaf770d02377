import KithGraph
import KithLanguage
import KithValues

/// Reading a plan: what it comes to for its one row.
extension PointWrite {
    /// What a plan that writes comes to; nil where it has more rows than one, or does anything else.
    static func reading(
        _ plan: Plan, columns: [VariableID], parameters: [String], catalog: Catalog
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
        let found = columns.compactMap { reader.known[$0] }
        return found.count == columns.count
            ? PointWrite(steps: reader.steps, columns: found) : nil
    }

    /// Reads the steps of a plan from its start on.
    private struct PlanReader {
        let parameters: [String]
        let catalog: Catalog
        var steps: [Step] = []
        /// What the variables stand for.
        var known: [VariableID: Column] = [:]
        private var placeCount = 0
        /// Whether what follows sees properties as they are now: they must not change any more.
        private var hasRead = false

        init(parameters: [String], catalog: Catalog) {
            self.parameters = parameters
            self.catalog = catalog
        }

        /// Takes in a step; false where it is none of those that come to this.
        mutating func read(_ step: any PlanStep) -> Bool {
            switch step {
            case is KeepStep: return true
            case let project as ProjectStep: return read(project.items)
            case _ where hasRead: return false
            case let seek as IndexSeekStep:
                guard let key = seek.onlyKey(parameters),
                    let place = newPlace(seek.variable, .node)
                else { return false }
                steps.append(.find(Find(seek.index.id, key: key, place: place)))
                return true
            case let create as CreateStep: return read(create.pattern)
            case let set as SetStep: return set.changes.allSatisfy { read($0) }
            default: return false
            }
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
                guard node.propertyMap == nil, let properties = properties(node.properties),
                    let place = newPlace(node.variable, .node)
                else { return false }
                var labels: [String] = []
                for name in node.labels?.requiredLabels ?? [] where !labels.contains(name) {
                    labels.append(name)
                }
                let known = labels.compactMap { catalog.label($0) }
                steps.append(
                    .node(
                        NewNode(
                            labels: labels, known: known.count == labels.count ? known : nil,
                            properties: properties, place: place, span: node.span)))
            }
            return pattern.relationships.allSatisfy { read($0, in: pattern) }
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

        private mutating func read(_ change: BoundChange) -> Bool {
            let (entity, name, value, span): (BoundExpression, String, KnownValue?, SourceSpan?)
            switch change {
            case .setProperty(let subject, let key, let expression, let place):
                (entity, name, span) = (subject, key, place)
                value = KnownValue(expression, parameters)
            case .removeProperty(let subject, let key, let place):
                (entity, name, span) = (subject, key, place)
                value = .literal(.null)
            default: return false
            }
            guard let value, let (kind, place) = place(entity) else { return false }
            steps.append(
                .change(
                    Change(
                        kind, place: place, property: Property(key: key(name), value: value),
                        span: span)))
            return true
        }
    }
}
