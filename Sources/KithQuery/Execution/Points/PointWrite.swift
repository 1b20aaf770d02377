import KithGraph
import KithLanguage
import KithValues

/// A plan that finds a few nodes by keys of unique indexes, and once makes or changes something there: no
/// batch, no vector and no operator is needed to run it. Most statements that programs write with are such.
///
/// The plan's steps are the same as ever, and PROFILE runs them; this is what they come to. What it finds
/// and makes has a *place* each, a number from 0.
final class PointWrite: Sendable {
    /// A key of properties: its name, and its number where there was one when the statement was prepared.
    struct Key: Sendable {
        let name: String
        let known: PropertyKeyID?
    }

    struct Property: Sendable {
        let key: Key
        let value: KnownValue
    }

    // Classes, since running a step then counts one reference and not one for each of its parts.

    final class Find: Sendable {
        let index: IndexID
        let key: KnownValue
        let place: Int

        init(_ index: IndexID, key: KnownValue, place: Int) {
            self.index = index
            self.key = key
            self.place = place
        }
    }

    final class NewNode: Sendable {
        let labels: [String]
        /// The labels, where the catalog had all of them when the statement was prepared.
        let known: [LabelID]?
        let properties: [Property]
        let place: Int
        let span: SourceSpan?

        init(
            labels: [String], known: [LabelID]?, properties: [Property], place: Int,
            span: SourceSpan?
        ) {
            self.labels = labels
            self.known = known
            self.properties = properties
            self.place = place
            self.span = span
        }
    }

    final class NewRelationship: Sendable {
        let type: String
        let known: RelationshipTypeID?
        let source: Int
        let target: Int
        let properties: [Property]
        let place: Int
        let span: SourceSpan?

        init(
            type: String, known: RelationshipTypeID?, source: Int, target: Int,
            properties: [Property], place: Int, span: SourceSpan?
        ) {
            self.type = type
            self.known = known
            self.source = source
            self.target = target
            self.properties = properties
            self.place = place
            self.span = span
        }
    }

    /// A property set, or removed by setting it to null.
    final class Change: Sendable {
        let kind: EntityKind
        let place: Int
        let property: Property
        let span: SourceSpan?

        init(_ kind: EntityKind, place: Int, property: Property, span: SourceSpan?) {
            self.kind = kind
            self.place = place
            self.property = property
            self.span = span
        }
    }

    /// A node found, or made where it is not there.
    final class Merging: Sendable {
        let find: Find
        let node: NewNode
        let onCreate: [Change]
        let onMatch: [Change]

        init(_ find: Find, _ node: NewNode, onCreate: [Change], onMatch: [Change]) {
            self.find = find
            self.node = node
            self.onCreate = onCreate
            self.onMatch = onMatch
        }
    }

    /// What is deleted: relationships first.
    final class Removal: Sendable {
        let relationships: [Int]
        let nodes: [Int]
        let isDetaching: Bool

        init(relationships: [Int], nodes: [Int], isDetaching: Bool) {
            self.relationships = relationships
            self.nodes = nodes
            self.isDetaching = isDetaching
        }
    }

    enum Step: Sendable {
        case find(Find)
        case node(NewNode)
        case relationship(NewRelationship)
        case change(Change)
        case merge(Merging)
        case remove(Removal)
    }

    /// What a column holds.
    enum Column: Sendable {
        case entity(EntityKind, place: Int)
        case property(EntityKind, place: Int, Key)
        case known(KnownValue)
    }

    /// The most nodes and relationships that have a place.
    static let placesMax = 16

    let steps: [Step]
    let columns: [Column]

    init(steps: [Step], columns: [Column]) {
        self.steps = steps
        self.columns = columns
    }
}
