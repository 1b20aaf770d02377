import KithLanguage
import KithValues

/// The pattern of one MATCH, CREATE or MERGE: a graph of nodes and relationships by index.
///
/// A node that the text mentions several times is one entry of ``nodes``; nodes and relationships
/// bound by earlier clauses appear with `isBound`.
public struct BoundPattern: Sendable {
    /// The nodes.
    public var nodes: [PatternNode]
    /// The relationships and variable-length steps between them.
    public var relationships: [PatternRelationship]
    /// The paths the text names, in its order.
    public var paths: [PatternPath]
    /// The groups that must match by a path selector such as `shortestPath(…)`.
    public var selections: [PathSelection]

    /// Makes a pattern.
    public init(
        nodes: [PatternNode] = [], relationships: [PatternRelationship] = [],
        paths: [PatternPath] = [], selections: [PathSelection] = []
    ) {
        self.nodes = nodes
        self.relationships = relationships
        self.paths = paths
        self.selections = selections
    }
}

/// A node of a pattern.
public struct PatternNode: Sendable {
    /// The variable that holds it.
    public let variable: VariableID
    /// Whether an earlier clause or the outer query binds it.
    public let isBound: Bool
    /// The conditions on its labels that the text wrote in the pattern; in CREATE and MERGE a
    /// conjunction of plain labels.
    public let labels: BoundLabelExpression?
    /// The properties written in the pattern, in the text's order.
    public let properties: [BoundMapEntry]
    /// A parameter or other map expression in place of written properties, as in `(n $properties)`.
    public let propertyMap: BoundExpression?
    /// Where it stands in the text.
    public let span: SourceSpan?

    /// Makes a node.
    public init(
        variable: VariableID, isBound: Bool, labels: BoundLabelExpression?,
        properties: [BoundMapEntry], propertyMap: BoundExpression? = nil, span: SourceSpan? = nil
    ) {
        self.variable = variable
        self.isBound = isBound
        self.labels = labels
        self.properties = properties
        self.propertyMap = propertyMap
        self.span = span
    }
}

/// Which way a relationship of a pattern points, from its `from` node's view.
public enum PatternDirection: Sendable {
    /// `(from)-->(to)`
    case outgoing
    /// `(from)<--(to)`
    case incoming
    /// `(from)--(to)`
    case either
}

/// A relationship of a pattern, or a variable-length or quantified step.
public struct PatternRelationship: Sendable {
    /// The variable: a relationship, or the list of relationships of a variable-length step.
    public let variable: VariableID
    /// Whether an earlier clause or the outer query binds it.
    public let isBound: Bool
    /// The index of the node on its left in the text.
    public let from: Int
    /// The index of the node on its right in the text.
    public let to: Int
    /// Which way it points.
    public let direction: PatternDirection
    /// The condition on its type; nil accepts every type. A plain disjunction of names in most
    /// statements; see ``typeNames``.
    public let types: BoundLabelExpression?
    /// How many relationships it stands for; nil for exactly one.
    public let length: LengthRange?
    /// The properties written in the pattern. For a variable-length step each relationship must
    /// have them.
    public let properties: [BoundMapEntry]
    /// A map expression in place of written properties.
    public let propertyMap: BoundExpression?
    /// The pattern repeated, for a quantified path pattern such as `((a)-[r]->(b) WHERE …){1,3}`;
    /// nil for plain relationships and variable-length ones.
    public let quantified: QuantifiedPattern?
    /// Where it stands in the text.
    public let span: SourceSpan?

    /// Makes a relationship.
    public init(
        variable: VariableID, isBound: Bool, from: Int, to: Int, direction: PatternDirection,
        types: BoundLabelExpression?, length: LengthRange? = nil, properties: [BoundMapEntry] = [],
        propertyMap: BoundExpression? = nil, quantified: QuantifiedPattern? = nil,
        span: SourceSpan? = nil
    ) {
        self.variable = variable
        self.isBound = isBound
        self.from = from
        self.to = to
        self.direction = direction
        self.types = types
        self.length = length
        self.properties = properties
        self.propertyMap = propertyMap
        self.quantified = quantified
        self.span = span
    }

    /// The names of a plain disjunction of types; empty when every type is accepted; nil when the
    /// condition is of another form.
    public var typeNames: [String]? {
        switch types {
        case nil: return []
        case .label(let name): return [name]
        case .or(let alternatives):
            var names: [String] = []
            for alternative in alternatives {
                guard case .label(let name) = alternative else { return nil }
                if !names.contains(name: name) { names.append(name) }
            }
            return names
        default: return nil
        }
    }
}

/// The bounds of a variable-length step.
public struct LengthRange: Hashable, Sendable {
    /// The fewest relationships; may be 0.
    public let minimum: Int
    /// The most relationships; nil without bound.
    public let maximum: Int?

    /// Makes bounds.
    public init(minimum: Int, maximum: Int?) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// The repeated part of a quantified path pattern.
public struct QuantifiedPattern: Sendable {
    /// The pattern of one repetition. Its first and last nodes join the repetitions.
    public let pattern: BoundPattern
    /// The index in `pattern.nodes` of the first node.
    public let first: Int
    /// The index in `pattern.nodes` of the last node.
    public let last: Int
    /// The condition each repetition must meet.
    public let predicate: BoundExpression?
    /// The inner variables and the outer ones that hold the list of their values.
    public let groups: [GroupVariable]

    /// One inner variable and the list it becomes.
    public struct GroupVariable: Sendable {
        /// The variable within one repetition.
        public let inner: VariableID
        /// The list over all repetitions.
        public let outer: VariableID

        /// Makes a pair.
        public init(inner: VariableID, outer: VariableID) {
            self.inner = inner
            self.outer = outer
        }
    }

    /// Makes a repeated part.
    public init(
        pattern: BoundPattern, first: Int, last: Int, predicate: BoundExpression?,
        groups: [GroupVariable]
    ) {
        self.pattern = pattern
        self.first = first
        self.last = last
        self.predicate = predicate
        self.groups = groups
    }
}

/// A named path: the variable and the elements it is made of.
public struct PatternPath: Sendable {
    /// The variable that holds the path.
    public let variable: VariableID
    /// The index of its first node.
    public let firstNode: Int
    /// The relationships from there on, in order.
    public let steps: [Step]

    /// One relationship of a path and the node it leads to.
    public struct Step: Sendable {
        /// The index of the relationship.
        public let relationship: Int
        /// The index of the node after it.
        public let node: Int

        /// Makes a step.
        public init(relationship: Int, node: Int) {
            self.relationship = relationship
            self.node = node
        }
    }

    /// Makes a path.
    public init(variable: VariableID, firstNode: Int, steps: [Step]) {
        self.variable = variable
        self.firstNode = firstNode
        self.steps = steps
    }
}
