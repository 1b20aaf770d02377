import KithGraph
import KithValues

/// A look at some values of a property, for warnings about comparisons that never hold.
struct PropertySample: Sendable {
    /// The graph that is looked at.
    let graph: GraphReader

    /// The most nodes that are looked at.
    private static let nodeCountMax = 64

    /// The kinds of value among the first nodes with the label; none if they have no values, or
    /// cannot be read: the statement itself will tell then.
    func kinds(of property: String, label: String) -> StaticType.Kinds {
        guard let label = graph.catalog.label(label),
            let key = graph.catalog.propertyKey(property),
            let chunk = try? graph.nodeChunks(label: label).first,
            let column = try? graph.column(key, inNodeChunk: chunk),
            let slots = try? graph.slots(inNodeChunk: chunk, labels: [label])
        else { return [] }
        var kinds: StaticType.Kinds = []
        var seen = 0
        var slot = 0
        while slot < min(slots.endSlot, column.count), seen < Self.nodeCountMax {
            if slots.contains(slot), column.hasValue(slot) {
                kinds.formUnion(StaticType.Kinds(column.value(at: slot).kind) ?? [])
                seen += 1
            }
            slot += 1
        }
        return kinds
    }
}
