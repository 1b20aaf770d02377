import KithLanguage

/// The names that can be used at one place of a query.
struct Scope {
    /// The variables by name.
    private(set) var variables: [Name: VariableID] = [:]
    /// The variables of the query around, where they can be used throughout.
    var outer: [Name: VariableID] = [:]

    /// The variable of a name.
    func variable(_ name: Name) -> VariableID? { variables[name] ?? outer[name] }

    /// Whether the name is the query's own rather than one of the query around.
    func isOwn(_ name: Name) -> Bool { variables[name] != nil }

    /// The query's own names and their variables.
    var ownVariables: [(Name, VariableID)] {
        sortedNames.compactMap { name in
            variables[name].map { (name, $0) }
        }
    }

    mutating func add(_ name: Name, _ variable: VariableID) { variables[name] = variable }

    /// The query's own names in the order in which `*` gives them.
    var sortedNames: [Name] {
        variables.keys.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
    }

    /// All names that can be used, in a fixed order.
    var allNames: [String] {
        Set(variables.keys).union(outer.keys).map(\.text).sorted()
    }

    /// The scope of a query within this place, which sees all of it.
    var forSubquery: Scope {
        var scope = Scope()
        scope.outer = outer.merging(variables) { _, own in own }
        return scope
    }
}

/// A query within the statement, while it is being bound.
struct SubqueryFrame {
    /// The first variable that the subquery makes; all before it are of the queries around.
    let firstVariable: Int
    /// The variables of the queries around that it reads, in the order of first use.
    var imports: [VariableID] = []

    mutating func note(_ variable: VariableID) {
        if variable.index < firstVariable, !imports.contains(variable) { imports.append(variable) }
    }
}

/// What may be done with aggregating functions at a place.
enum AggregationMode {
    /// They have no place here.
    case forbidden
    /// The place is an argument of one.
    case inArgument
    /// The place belongs to a projection that aggregates; what is found is kept in ``Grouping``.
    case grouped(Grouping)
}

/// What a projection that aggregates has gathered so far.
final class Grouping {
    /// Where the binder is within the projection.
    enum Place {
        /// In an item.
        case item
        /// In a key of ORDER BY, which may use what the items gathered but gathers nothing.
        case sortKey
    }

    /// The grouping keys, with the variables that hold their values for each group.
    var keys = ProjectedExpressions()
    /// The calls of aggregating functions, likewise.
    private(set) var calls = ProjectedExpressions()
    /// The calls, bound.
    private(set) var aggregates: [BoundProjection.Aggregate] = []
    /// The variables of the calls.
    private(set) var aggregateVariables: VariableSet = []
    /// The names in scope before the projection.
    let before: Scope
    /// The variables from here on were made within the expression at hand, by comprehensions say.
    var firstLocal: Int
    var place = Place.item
    /// Whether the expression at hand calls an aggregating function.
    var hasCall = true

    init(before: Scope, firstLocal: Int) {
        self.before = before
        self.firstLocal = firstLocal
    }

    /// Adds a call of an aggregating function.
    func add(_ aggregate: BoundProjection.Aggregate, for call: Expression) {
        calls.add(call, aggregate.variable)
        aggregates.append(aggregate)
        aggregateVariables.insert(aggregate.variable)
    }
}
