/// By which variables the rows of a plan differ.
enum RowKeys {
    /// Variables that no two rows of a plan agree in; empty where there is at most one row, nil where none
    /// are known.
    static func key(of node: PlanNode) -> VariableSet? {
        guard let key = uncheckedKey(of: node), key.isSubset(of: node.variables) else { return nil }
        return key
    }

    /// The key as the step makes it, of which the rows may not have all variables any more.
    private static func uncheckedKey(of node: PlanNode) -> VariableSet? {
        switch node.step {
        case is UnitRowStep: return VariableSet()
        case let step as DistinctStep: return VariableSet(step.keys)
        case let step as AggregateStep: return VariableSet(step.keys.map { $0.variable })
        default: break
        }
        guard node.inputs.count == 1, let key = key(of: node.inputs[0]) else { return nil }
        switch node.step {
        case is FilterStep, is KeepStep, is LimitStep, is SortStep: return key
        case let step as ProjectStep: return renamed(key, step)
        case let step as NodeScanStep: return key.union([step.variable])
        case let step as IndexSeekStep: return sought(key, step)
        case let step as ExpandStep:
            if let relationship = step.relationship { return key.union([relationship]) }
            return step.isOncePerNeighbour ? key.union([step.to]) : nil
        case let step as ReachableExpandStep: return key.union([step.to])
        default: return nil
        }
    }

    /// A lookup in a unique index finds one node at most; a search within bounds finds each once.
    private static func sought(_ key: VariableSet, _ step: IndexSeekStep) -> VariableSet? {
        let condition = step.condition
        guard condition.anyOf == nil else { return nil }
        let isLookup =
            step.index.isUnique && step.index.properties.count == 1 && condition.equal.count == 1
            && condition.lower == nil && condition.upper == nil && condition.prefix == nil
        return isLookup ? key : key.union([step.variable])
    }

    /// The key under the names that a projection gives; nil where it leaves some of it out.
    private static func renamed(_ key: VariableSet, _ step: ProjectStep) -> VariableSet? {
        var result = VariableSet()
        for variable in key.sorted() {
            if step.kept.contains(variable) {
                result.insert(variable)
                continue
            }
            let name = step.items.first { item in
                if case .variable(variable) = item.expression.kind { return true }
                return false
            }
            guard let name else { return nil }
            result.insert(name.variable)
        }
        return result
    }
}
