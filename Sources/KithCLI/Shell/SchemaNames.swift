/// The names that a database knows: for completion and `:schema`.
struct SchemaNames: Sendable {
    var labels: [String] = []
    var relationshipTypes: [String] = []
    var properties: [String] = []
    var functions: [String] = []
    var procedures: [String] = []
    /// How many nodes have each of the labels, in their order.
    var labelCounts: [Int] = []
    /// How many relationships have each of the types, in their order.
    var typeCounts: [Int] = []
    /// Constraints and indexes, as patterns: `unique :Customer(id)`.
    var rules: [String] = []
}
