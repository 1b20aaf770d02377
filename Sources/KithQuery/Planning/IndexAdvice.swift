import KithGraph
import KithLanguage

/// Finds the scans of a profiled plan that an index would have spared: PROFILE tells of them.
struct IndexAdvice {
    private let graph: GraphReader
    private let profiles: [ObjectIdentifier: OperatorProfile]

    /// A scan of fewer rows than this is no trouble.
    private static let scannedRowsMin = 10_000
    /// The index has to read so many times fewer rows.
    private static let ratioMin = 100

    init(_ profiles: [(node: PlanNode, profile: OperatorProfile)], graph: GraphReader) {
        self.graph = graph
        self.profiles = Dictionary(
            profiles.map { (ObjectIdentifier($0.node), $0.profile) },
            uniquingKeysWith: { first, _ in first })
    }

    /// A warning for each scan from which a filter right above keeps so little that an index should
    /// find it.
    func warnings(for root: PlanNode) -> [QueryWarning] {
        var found: [QueryWarning] = []
        if let advice = advice(root) { found.append(advice) }
        for input in root.step.nested + root.inputs { found += warnings(for: input) }
        return found
    }

    private func advice(_ node: PlanNode) -> QueryWarning? {
        guard let filter = node.step as? FilterStep, let input = node.inputs.first,
            let scan = input.step as? NodeScanStep,
            let scanned = profiles[ObjectIdentifier(input)]?.rows,
            let kept = profiles[ObjectIdentifier(node)]?.rows,
            scanned >= Self.scannedRowsMin, kept <= scanned / Self.ratioMin
        else { return nil }
        let conjuncts = filter.predicate.conjuncts
        var best: (label: String, key: String, rows: Int, span: SourceSpan?)?
        for (key, conditions) in bounds(conjuncts, of: scan.variable) {
            guard let label = label(of: scan, without: key) else { continue }
            let share = share(of: conditions, scan)
            // Where nothing else is tested, what was kept is what the index finds.
            let estimate = max(Int((share * Double(scanned)).rounded()), kept)
            let rows = conditions.count == conjuncts.count ? kept : estimate
            guard rows <= scanned / Self.ratioMin, rows < best?.rows ?? .max else { continue }
            best = (label, key, rows, conditions[0].span ?? Self.writtenSpan(conditions[0]))
        }
        guard let best else { return nil }
        return warn("MissingIndex", best, scanned)
    }

    private func warn(
        _ code: String, _ best: (label: String, key: String, rows: Int, span: SourceSpan?),
        _ scanned: Int
    ) -> QueryWarning {
        let label = Name.written(best.label)
        let key = Name.written(best.key)
        let rows = best.rows == 1 ? "1 row" : "\(best.rows) rows"
        return QueryWarning(
            code: code,
            message: "an index on :\(label)(\(key)) would read \(rows) instead of \(scanned): "
                + "CREATE INDEX FOR (n:\(label)) ON (n.\(key))",
            span: best.span, suggestions: [])
    }

    /// The first label whose indexes do not begin with the property.
    private func label(of scan: NodeScanStep, without key: String) -> String? {
        let statistics = PlanningStatistics(graph: graph)
        guard
            !scan.labels.contains(where: { label in
                statistics.indexes(label: label).contains { $0.properties.first == key }
            })
        else { return nil }
        return scan.labels.min {
            statistics.nodeCount(labels: [$0]) < statistics.nodeCount(labels: [$1])
        }
    }

    /// The share of the scanned nodes that some conditions on one property keep.
    private func share(of conditions: [BoundExpression], _ scan: NodeScanStep) -> Double {
        var origins = VariableOrigins()
        origins.add(scan.variable, labels: scan.labels)
        let selectivity = ConditionSelectivity(
            statistics: PlanningStatistics(graph: graph), origins: origins)
        if conditions.count == 2, let range = PropertyRange(conditions[0], conditions[1]) {
            return selectivity.share(of: range)
        }
        return conditions.reduce(1) { $0 * selectivity.share(of: $1) }
    }

    /// The conditions that an index can answer, by their property, in the order in which they stand.
    private func bounds(
        _ conjuncts: [BoundExpression], of variable: VariableID
    ) -> [(key: String, conditions: [BoundExpression])] {
        var found: [(key: String, conditions: [BoundExpression])] = []
        for condition in conjuncts {
            guard let key = Self.indexedKey(condition, variable) else { continue }
            if let place = found.firstIndex(where: { $0.key == key }) {
                found[place].conditions.append(condition)
            } else {
                found.append((key, [condition]))
            }
        }
        return found
    }

    /// The property that a condition bounds by a value from elsewhere.
    private static func indexedKey(
        _ condition: BoundExpression, _ variable: VariableID
    ) -> String? {
        func key(_ side: BoundExpression, _ other: BoundExpression) -> String? {
            guard case .property(let subject, let key) = side.kind,
                case .variable(variable) = subject.kind,
                !other.freeVariables.contains(variable)
            else { return nil }
            return key
        }
        switch condition.kind {
        case .comparison(let first, let steps) where steps.count == 1:
            guard steps[0].comparison != .notEqual else { return nil }
            return key(first, steps[0].operand) ?? key(steps[0].operand, first)
        case .binary(.isIn, let subject, let list): return key(subject, list)
        case .binary(.startsWith, let subject, let text): return key(subject, text)
        default: return nil
        }
    }

    /// Where a condition without a place of its own has a part that has one.
    private static func writtenSpan(_ condition: BoundExpression) -> SourceSpan? {
        condition.children.lazy.compactMap { $0.span ?? writtenSpan($0) }.first
    }
}
