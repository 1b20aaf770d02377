import KithValues

/// Why a projection cannot be made.
public enum ProjectionError: Error, Sendable {
    /// The graph below failed.
    case graph(GraphError)
    /// The statement was cancelled, or its time is over.
    case stopped
    /// No node ever had this label.
    case unknownLabel(String)
    /// No relationship ever had this type.
    case unknownType(String)
    /// No node or relationship ever had this property.
    case unknownProperty(String)
    /// A relationship, by its raw id, lacks the weight.
    case missingWeight(property: String, relationship: UInt64)
    /// The weight of a relationship is no number.
    case weightIsNoNumber(property: String, relationship: UInt64, kind: ValueKind)
    /// The weight of a relationship is infinite, or not a number in the sense of floats.
    case weightIsNotFinite(property: String, relationship: UInt64)
    /// More nodes than a projection has numbers for.
    case tooManyNodes

    /// One sentence for a person.
    public var message: String {
        switch self {
        case .graph(let error): error.message
        case .stopped: "the operation was cancelled"
        case .unknownLabel(let name): "there is no label `\(name)`"
        case .unknownType(let name): "there is no relationship type `\(name)`"
        case .unknownProperty(let name): "there is no property `\(name)`"
        case .missingWeight(let property, let relationship):
            "relationship \(relationship) has no property `\(property)` for its weight"
        case .weightIsNoNumber(let property, let relationship, let kind):
            "the weight `\(property)` of relationship \(relationship) is no number, but"
                + " \(kind.name)"
        case .weightIsNotFinite(let property, let relationship):
            "the weight `\(property)` of relationship \(relationship) is not finite"
        case .tooManyNodes: "a projection has at most \(UInt32.max) nodes"
        }
    }
}
