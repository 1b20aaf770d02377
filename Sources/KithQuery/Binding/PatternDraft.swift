import KithLanguage

/// A pattern while it is being bound: first its names, then what is said of them.
///
/// Conditions may use every name of their pattern, so they are bound when all names are known.
final class PatternDraft {
    /// A node, mentioned once or several times.
    struct Node {
        let variable: VariableID
        let isBound: Bool
        var labels: [LabelExpression] = []
        var properties: [Expression] = []
        var filters: [Expression] = []
        let span: SourceSpan
    }

    /// A relationship or a repeated part.
    struct Relationship {
        let variable: VariableID
        let isBound: Bool
        let from: Int
        var to: Int
        let direction: PatternDirection
        let types: LabelExpression?
        let length: LengthRange?
        let properties: Expression?
        var filter: Expression?
        let group: Group?
        let span: SourceSpan
        /// Whether it is part of a path to be selected.
        var isSelected = false
    }

    /// The repeated part of a path.
    struct Group {
        let draft: PatternDraft
        let scope: Scope
        let first: Int
        let last: Int
        let filter: Expression?
        let variables: [QuantifiedPattern.GroupVariable]
    }

    /// A run of relationships with the nodes between them.
    struct Chain {
        let first: Int
        var last: Int
        var steps: [PatternPath.Step]
    }

    /// A selection of paths.
    struct Selection {
        let selector: PathSelector
        let chain: Chain
        /// The variables that hold the path.
        let paths: [VariableID]
        /// The conditions within the selected path, which decide before it is selected.
        var filters: [Expression]
        let span: SourceSpan
    }

    /// The first variable that the whole pattern makes.
    let firstVariable: Int

    var nodes: [Node] = []
    var relationships: [Relationship] = []
    var paths: [PatternPath] = []
    var selections: [Selection] = []
    /// Conditions on the pattern as a whole.
    var filters: [Expression] = []
    /// Nodes that turned out to be another: the index of each maps to that of the other.
    var merged: [Int: Int] = [:]

    /// Where in ``nodes`` a variable was last found.
    private var places: [VariableID: Int] = [:]
    /// How many of ``nodes`` are in ``places``.
    private var placedCount = 0

    init(firstVariable: Int) { self.firstVariable = firstVariable }

    func index(ofNode variable: VariableID) -> Int? {
        while placedCount < nodes.count {
            places[nodes[placedCount].variable] = placedCount
            placedCount += 1
        }
        guard let place = places[variable], merged[place] == nil else { return nil }
        return place
    }

    /// Refuses a pattern that is too large to be planned.
    func checkSize() throws(QueryError) {
        guard nodes.count + relationships.count > LanguageLimits.patternSizeMax else { return }
        throw .syntax(
            "StatementTooLong",
            "a pattern has at most \(LanguageLimits.patternSizeMax) nodes and relationships",
            relationships.last?.span ?? nodes.last?.span ?? SourceSpan(start: 0, end: 0),
            hint: "Divide it with WITH.")
    }

    func usesRelationship(_ variable: VariableID) -> Bool {
        relationships.contains { $0.variable == variable }
    }

    /// Follows ``merged`` to the node that is left.
    func resolved(_ index: Int) -> Int {
        var current = index
        while let next = merged[current] { current = next }
        return current
    }
}
