import Glibc
import KithValues

/// How many different rows there are, for grouping and DISTINCT.
struct RowEstimates {
    let selectivity: ConditionSelectivity

    /// How many of `rows` rows differ in their keys.
    func distinctRows(_ rows: Double, keys: [BoundExpression]) -> Double {
        var different = 1.0
        let entities = Set(
            keys.compactMap { key -> VariableID? in
                guard case .variable(let variable) = key.kind else { return nil }
                switch selectivity.origins[variable] {
                case .node, .relationship: return variable
                case .property, nil: return nil
                }
            })
        for key in keys {
            // What belongs to an entity that is a key itself tells no further rows apart.
            if case .property(let subject, _) = key.kind, case .variable(let owner) = subject.kind,
                entities.contains(owner)
            {
                continue
            }
            let limit = selectivity.origins.limit(of: key)
            guard let count = values(of: key) ?? (limit.isFinite ? limit : nil) else {
                return max(1, min(rows, rows / 10))
            }
            different *= max(min(count, limit), 1)
        }
        return Self.drawn(rows, from: different)
    }

    /// How many different values are met when `rows` are drawn from so many.
    static func drawn(_ rows: Double, from different: Double) -> Double {
        guard different > 1 else { return min(rows, 1) }
        return min(rows, different * -expm1(-rows / different))
    }

    /// How many different values an expression has; nil where nothing is known.
    private func values(of key: BoundExpression) -> Double? {
        let statistics = selectivity.statistics
        switch key.kind {
        case .literal, .parameter: return 1
        case .variable, .property:
            switch selectivity.origins.origin(of: key) {
            case .node(let labels): return statistics.nodeCount(labels: labels)
            case .relationship(let types):
                return statistics.relationshipCount(types: types, from: [], to: [])
            case .property(let entity, let name):
                return statistics.propertyStatistics(entity, name).map {
                    $0.distinctCount + ($0.nullShare > 0 ? 1 : 0)
                }
            case nil: return nil
            }
        case .hasLabels, .isNull, .isOfType, .exists: return 2
        case .and, .or, .not, .xor, .comparison: return 3
        default: return nil
        }
    }
}
