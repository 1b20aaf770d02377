import KithGraph
import KithValues

/// Selects paths between two known nodes by their lengths: one row for each path that SHORTEST, ANY
/// or `shortestPath(…)` asks for.
///
/// ``PathEnumeration`` finds the paths of a pair of nodes in order of length; this operator counts
/// them, and tests the conditions on whole paths.
final class SelectPaths: Operator {
    private let input: Operator
    private let step: SelectPathsStep
    /// Makes the parts of the path ready to run: not needed where the ends are enough.
    private let makeParts: () throws(QueryError) -> [PathPart]
    private let predicate: VectorExpression?
    private let plainPredicate: VectorExpression?
    private let count: VectorExpression?
    private var batch: Batch?
    private var row = 0
    private var search: PathEnumeration?
    private var usesPlainSearch = false
    /// What the search keeps of the graph is of this version, and of this run.
    private var graphVersion: UInt64 = 0
    private var isRestarted = false
    private var run: UInt64 = 0
    private lazy var pairSearch = ShortestSearch()
    private var knownTypes = KnownTypes()

    /// The rows of input for each different node at one end from which on the distances from that
    /// node are worth keeping.
    private static let rowsPerNodeMin = 4

    init(
        input: Operator, step: SelectPathsStep,
        makeParts: @escaping () throws(QueryError) -> [PathPart], predicate: VectorExpression?,
        plainPredicate: VectorExpression?, count: VectorExpression?
    ) {
        self.input = input
        self.step = step
        self.makeParts = makeParts
        self.predicate = predicate
        self.plainPredicate = plainPredicate
        self.count = count
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if batch == nil {
            guard let next = try input.nextNonEmpty(context) else {
                search?.forget(context)
                return nil
            }
            try begin(next, context)
        }
        guard let current = batch else { return nil }
        if let result = try lengthOfOnlyRow(current, context) { return result }
        var rows: [Int32] = []
        var paths: [FoundPath] = []
        while row < current.count, rows.count < context.batchSize {
            let found = try self.paths(current, row, context)
            rows += Array(repeating: Int32(row), count: found.count)
            paths += found
            row += 1
        }
        if row == current.count { batch = nil }
        return step.adding(paths, to: current.gathered(rows))
    }

    /// The result where the batch has one row and only the length of a shortest path is wanted; nil
    /// where that cannot be had by itself.
    private func lengthOfOnlyRow(
        _ current: Batch, _ context: ExecutionContext
    ) throws(QueryError) -> Batch? {
        guard let length = step.length, current.count == 1, usesPlainSearch,
            plainPredicate == nil, let plain = step.plain, !plain.findsAll,
            case .node(let source) = current[step.from].value(at: 0),
            case .node(let target) = current[step.to].value(at: 0), source != target
        else { return nil }
        var found: Int?
        if let types = knownTypes.search(plain.types, context) {
            let search = PathSearch(
                types: types, direction: plain.direction, filter: nil, pairSearch: pairSearch)
            let outcome = try search.shortestLength(
                from: source.rawValue, to: target.rawValue, maximum: plain.maximum ?? .max,
                context)
            if outcome.isChanged { return nil }
            found = outcome.length
        }
        batch = nil
        row = 1
        guard let found else { return current.gathered([]).with(length, .integers([])) }
        return current.with(length, .integers([Int64(found)]))
    }

    /// Decides from which end distances are measured: from that whose nodes change less often.
    private func begin(_ next: Batch, _ context: ExecutionContext) throws(QueryError) {
        batch = next
        row = 0
        if next.count == 1, step.plain != nil, !areSame(next[step.from], next[step.to]) {
            usesPlainSearch = true
            return
        }
        if run != context.run {
            // What it was charged was charged to a statement that is over.
            search = nil
            run = context.run
        }
        let changes = [step.from, step.to].map { variable in
            let vector = next[variable]
            return (1..<max(next.count, 1)).count { row in
                !vector.value(at: row).isSameNode(as: vector.value(at: row - 1))
            }
        }
        let fewest = min(changes[0], changes[1]) + 1
        usesPlainSearch = step.plain != nil && next.count < fewest * Self.rowsPerNodeMin
        let isFromSource = changes[0] <= changes[1]
        let isOld = isRestarted || graphVersion != context.graphVersion
        isRestarted = false
        graphVersion = context.graphVersion
        if isOld || search?.isFromSource != isFromSource {
            search?.forget(context)
            search = PathEnumeration(parts: try makeParts(), isFromSource: isFromSource)
        }
    }

    /// Whether two vectors of one row hold the same node, or may.
    private func areSame(_ from: Vector, _ to: Vector) -> Bool {
        guard case .node(let source) = from.value(at: 0), case .node(let target) = to.value(at: 0)
        else { return true }
        return source == target
    }

    /// The selected paths of a row.
    private func paths(
        _ batch: Batch, _ row: Int, _ context: ExecutionContext
    ) throws(QueryError) -> [FoundPath] {
        guard case .node(let source) = batch[step.from].value(at: row),
            case .node(let target) = batch[step.to].value(at: row)
        else { return [] }
        if usesPlainSearch, source != target, let plain = step.plain {
            return try plainPaths(plain, source, target, batch.slice(from: row, count: 1), context)
        }
        guard let search else { return [] }
        let outer = batch.slice(from: row, count: 1)
        var selected = PathTally(step.selector, try limit(outer, context))
        var found: [FoundPath] = []
        try search.begin(from: source.rawValue, to: target.rawValue, outer, context)
        defer { search.end(context) }
        while let path = try search.next(upTo: selected.lengthMax, outer, context) {
            if step.isFunction, source == target, path.length > 0 { break }
            guard try holds(path, outer, source, context) else { continue }
            guard selected.takes(path.length) else { break }
            found.append(path)
            if selected.isFull { break }
        }
        return found
    }

    /// The number of paths or lengths that is asked for.
    private func limit(_ outer: Batch, _ context: ExecutionContext) throws(QueryError) -> Int {
        guard let count else { return 1 }
        let value = try count.evaluate(outer, context).value(at: 0)
        guard case .integer(let number) = value, number > 0 else {
            throw QueryError(
                type: "ArgumentError", detail: "InvalidArgumentValue", phase: .runtime,
                message: "the number of paths must be a whole number above 0", span: count.span)
        }
        return Int(number)
    }

    /// Whether a path meets the condition on the path as a whole.
    private func holds(
        _ path: FoundPath, _ outer: Batch, _ source: NodeID, _ context: ExecutionContext
    ) throws(QueryError) -> Bool {
        guard let predicate else { return true }
        var rows = step.adding([path], to: outer, all: true)
        if !step.paths.isEmpty {
            let value = try BuildPath.path(
                from: source, along: path.relationships.map(RelationshipID.init(rawValue:)),
                context)
            for variable in step.paths { rows[variable] = Vector(tagged: [value], count: 1) }
        }
        let truth = try predicate.evaluate(rows, context)
        return try TruthVector.codes(truth, span: predicate.span)[0] == 1
    }

    /// The shortest paths along one kind of relationship, searched from both ends.
    private func plainPaths(
        _ plain: SelectPathsStep.Plain, _ source: NodeID, _ target: NodeID, _ outer: Batch,
        _ context: ExecutionContext
    ) throws(QueryError) -> [FoundPath] {
        guard let types = knownTypes.search(plain.types, context) else { return [] }
        let search = PathSearch(
            types: types, direction: plain.direction,
            filter: plainPredicate.map { predicate in
                RelationshipFilter(
                    predicate: predicate, variable: plain.elementVariable, outer: outer)
            }, pairSearch: pairSearch)
        let lists = try search.shortestPaths(
            from: source.rawValue, to: target.rawValue, minimum: 1,
            maximum: plain.maximum ?? .max, all: plain.findsAll, context)
        return lists.map { list in
            let edges = list.map { PathEdge(end: 0, relationships: [$0], groups: []) }
            return FoundPath(edges: [edges], joints: [])
        }
    }

    override func restart() {
        batch = nil
        isRestarted = true
        input.restart()
    }

    override var mayRunAgain: Bool { input.mayRunAgain }
}

/// Counts paths, given in order of length, against what a selector asks for.
private struct PathTally {
    private let selector: PathSelection.Selector
    private let limit: Int
    private var paths = 0
    private var lengths = 0
    private var lastLength = -1

    init(_ selector: PathSelection.Selector, _ limit: Int) {
        self.selector = selector
        self.limit = limit
    }

    /// Takes a path of a length, unless everything that is asked for was taken.
    mutating func takes(_ length: Int) -> Bool {
        switch selector {
        case .anyShortest, .shortest: break
        case .allShortest, .shortestGroups:
            if length != lastLength { lengths += 1 }
            guard lengths <= limit else { return false }
        }
        paths += 1
        lastLength = length
        return true
    }

    /// Whether no further path is asked for, whatever its length.
    var isFull: Bool {
        switch selector {
        case .anyShortest, .shortest: paths == limit
        case .allShortest, .shortestGroups: false
        }
    }

    /// The greatest length that is still asked for; nil for any.
    var lengthMax: Int? {
        switch selector {
        case .anyShortest, .shortest: nil
        case .allShortest, .shortestGroups: lengths == limit ? lastLength : nil
        }
    }
}

extension Value {
    fileprivate func isSameNode(as other: Value) -> Bool {
        if case .node(let id) = self, case .node(id) = other { return true }
        return false
    }
}
