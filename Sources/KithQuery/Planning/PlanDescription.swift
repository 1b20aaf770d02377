import KithValues

/// A plan as a table, for EXPLAIN and PROFILE.
public enum PlanDescription {
    /// The columns of the table.
    public static let columns = [
        "operator", "details", "estimatedRows", "rows", "batches", "milliseconds",
    ]

    /// One row a step, from the top, its name indented by lines that show the tree.
    static func rows(
        _ plan: Plan, profiles: [(node: PlanNode, profile: OperatorProfile)]
    ) -> [[Value]] {
        var byNode: [ObjectIdentifier: OperatorProfile] = [:]
        for entry in profiles { byNode[ObjectIdentifier(entry.node)] = entry.profile }
        var rows: [[Value]] = []
        append(plan.root, prefix: "", childPrefix: "", plan.names, byNode, to: &rows)
        return rows
    }

    private static func append(
        _ node: PlanNode, prefix: String, childPrefix: String, _ names: VariableNames,
        _ profiles: [ObjectIdentifier: OperatorProfile], to rows: inout [[Value]]
    ) {
        let profile = profiles[ObjectIdentifier(node)]
        rows.append([
            .string(prefix + node.step.name), .string(node.step.details(names)),
            .integer(Int64(min(node.estimatedRows.rounded(), 1e18))),
            profile.map { .integer(Int64($0.rows)) } ?? .null,
            profile.map { .integer(Int64($0.batches)) } ?? .null,
            profile.map { .float(Double($0.elapsedInNanoseconds) / 1e6) } ?? .null,
        ])
        let below = node.step.nested + node.inputs
        for (index, child) in below.enumerated() {
            let isLast = index == below.count - 1
            append(
                child, prefix: childPrefix + (isLast ? "└─ " : "├─ "),
                childPrefix: childPrefix + (isLast ? "   " : "│  "), names, profiles, to: &rows)
        }
    }
}
