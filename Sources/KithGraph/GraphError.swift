import KithStorage
import KithValues

/// Why a call on a graph failed.
public enum GraphError: Error, Sendable {
    /// The storage below failed.
    case storage(StorageError)
    /// A value cannot be stored, or stored bytes make no value.
    case value(ValueError)
    /// The file's bytes are intact and still make no graph; one sentence says what.
    case corrupt(String)
    /// A constraint does not hold at the end of a statement.
    case constraintViolated(ConstraintViolation)
    /// A node was deleted that still has relationships.
    case stillConnected(UInt64)
    /// There is no such node, or it was deleted.
    case nodeNotFound(UInt64)
    /// There is no such relationship, or it was deleted.
    case relationshipNotFound(UInt64)
    /// There is already an index or a constraint with this name, or one that says the same.
    case schemaExists(name: String)
    /// There is no index or constraint with this name.
    case schemaNotFound(name: String)
    /// The index serves the constraint of this name and goes with it.
    case indexBelongsToConstraint(name: String)
    /// A named limit of ``GraphLimits`` was passed.
    case limitExceeded(String)
    /// A property of this kind cannot be stored.
    case unstorable(ValueKind)
    /// The cancellation flag was raised.
    case cancelled
    /// The time that the caller gave was over.
    case deadlineExceeded
}

extension GraphError: CustomStringConvertible {
    /// One sentence for a person.
    public var message: String {
        switch self {
        case .storage(let error): error.message
        case .value(let error): error.message
        case .corrupt(let reason): "the graph is damaged: \(reason)"
        case .constraintViolated(let violation): violation.message
        case .stillConnected(let node):
            "node \(node) still has relationships; delete them first, or use DETACH DELETE"
        case .nodeNotFound(let node): "there is no node \(node)"
        case .relationshipNotFound(let id): "there is no relationship \(id)"
        case .schemaExists(let name): "there is already an index or constraint `\(name)`"
        case .schemaNotFound(let name): "there is no index or constraint `\(name)`"
        case .indexBelongsToConstraint(let name):
            "the index belongs to constraint `\(name)`; drop the constraint"
        case .limitExceeded(let limit): "too many or too long: \(limit)"
        case .unstorable(let kind): "a value of type \(kind.name) cannot be stored as a property"
        case .cancelled: "the operation was cancelled"
        case .deadlineExceeded: "the operation ran longer than its deadline allows"
        }
    }

    /// The same as ``message``.
    public var description: String { message }
}

/// A constraint that does not hold, and who breaks it.
public struct ConstraintViolation: Hashable, Sendable {
    /// The constraint's definition.
    public let constraint: ConstraintDefinition
    /// The raw id of the node or relationship at fault.
    public let entity: UInt64
    /// One sentence with the names of constraint, label or type, and properties.
    public let message: String
}
