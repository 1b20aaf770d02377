/// The names that a database knows: for completion and `:schema`.
struct SchemaNames: Sendable {
    var labels: [String] = []
    var relationshipTypes: [String] = []
    var properties: [String] = []
    var functions: [String] = []
    var procedures: [String] = []
}
