import Kith

/// What the CRM vocabulary declares: keys and indexes of the canonical customer graph.
///
/// Nothing limits the graph to it; procedures and the demo read these names by default.
public enum CRMSchema {
    /// One declared property of a label.
    public struct Declaration: Hashable, Sendable {
        /// The label.
        public let label: String
        /// The property.
        public let property: String
    }

    /// The keys: unique, each with an index.
    public static let keys: [Declaration] = [
        Declaration(label: "Customer", property: "id"),
        Declaration(label: "Company", property: "id"),
        Declaration(label: "Employee", property: "id"),
        Declaration(label: "Department", property: "name"),
        Declaration(label: "Product", property: "id"),
        Declaration(label: "Category", property: "name"),
        Declaration(label: "Brand", property: "name"),
        Declaration(label: "Order", property: "id"),
        Declaration(label: "Channel", property: "name"),
        Declaration(label: "Interaction", property: "id"),
        Declaration(label: "Campaign", property: "id"),
    ]

    /// The properties that have an index but are no keys.
    public static let indexes: [Declaration] = [
        Declaration(label: "Customer", property: "stage"),
        Declaration(label: "Customer", property: "since"),
        Declaration(label: "Person", property: "city"),
        Declaration(label: "Person", property: "email"),
        Declaration(label: "Company", property: "sector"),
        Declaration(label: "Product", property: "name"),
        Declaration(label: "Order", property: "at"),
        Declaration(label: "Interaction", property: "at"),
    ]

    /// The statements that declare all of it.
    public static var statements: [String] {
        keys.map {
            "CREATE CONSTRAINT IF NOT EXISTS FOR (n:\($0.label)) REQUIRE n.\($0.property) IS UNIQUE"
        }
            + indexes.map {
                "CREATE INDEX IF NOT EXISTS FOR (n:\($0.label)) ON (n.\($0.property))"
            }
    }
}
