import KithLanguage
import KithValues

/// Follows a repeated pattern: one row for each way to repeat it, within the bounds, along
/// relationships of which none is used twice.
///
/// One repetition is a nested plan that runs below all paths of a chunk at once. The chunk found
/// last is extended first, so that what is held grows with the length of paths.
final class QuantifiedExpand: Operator {
    /// Paths with the same number of repetitions.
    private struct Paths {
        let repetitions: Int
        var rows: [Int32] = []
        var nodes: [UInt64] = []
        var relationships: [[Value]] = []
        /// For each path the lists of the group variables.
        var groups: [[[Value]]] = []

        /// About what one path takes: its lists grow by an element a repetition.
        var sizeOfPathInBytes: Int { 64 + repetitions * 32 }
    }

    private let input: Operator
    private let step: QuantifiedExpandStep
    private let body: Operator
    private let cell: OuterCell
    private var batch: Batch?
    private var stack: [Paths] = []
    private var current: Paths?
    /// What the paths since the stack was last empty were charged.
    private var heldInBytes = 0

    init(input: Operator, step: QuantifiedExpandStep, body: Operator, cell: OuterCell) {
        self.input = input
        self.step = step
        self.body = body
        self.cell = cell
    }

    override func produce(_ context: ExecutionContext) throws(QueryError) -> Batch? {
        if current == nil, stack.isEmpty {
            context.memory.give(back: heldInBytes)
            heldInBytes = 0
        }
        if current == nil, let paths = stack.popLast() { begin(paths) }
        guard let batch, let paths = current else {
            guard let next = try input.nextNonEmpty(context) else { return nil }
            return start(next)
        }
        guard let found = try body.next(context) else {
            current = nil
            return empty(batch)
        }
        let next = try extended(paths, by: found, batch)
        if !next.nodes.isEmpty, step.maximum.map({ next.repetitions < $0 }) ?? true {
            let size = next.nodes.count * next.sizeOfPathInBytes
            try context.memory.take(size)
            heldInBytes += size
            stack.append(next)
        }
        return next.repetitions >= step.minimum ? emit(next, batch) : empty(batch)
    }

    private func start(_ next: Batch) -> Batch {
        batch = next
        var paths = Paths(repetitions: 0)
        (paths.nodes, paths.rows) = next[step.from].presentIDs(.node)
        paths.relationships = paths.nodes.map { _ in [] }
        paths.groups = paths.nodes.map { _ in step.groups.map { _ in [] } }
        if step.maximum.map({ $0 > 0 }) ?? true { stack.append(paths) }
        return step.minimum == 0 ? emit(paths, next) : empty(next)
    }

    private func begin(_ paths: Paths) {
        guard let batch else { return }
        var outer = batch.keeping(step.imports).gathered(paths.rows)
        outer[step.innerStart] = .ids(.node, paths.nodes)
        let numbers = Vector(.integer, count: paths.nodes.count)
        for row in 0..<paths.nodes.count { numbers.integers[row] = Int64(row) }
        outer[step.rowNumber] = numbers
        cell.set(outer)
        body.restart()
        current = paths
    }

    /// The paths extended by the repetitions that `found` holds.
    private func extended(
        _ paths: Paths, by found: Batch, _ batch: Batch
    ) throws(QueryError) -> Paths {
        var next = Paths(repetitions: paths.repetitions + 1)
        let numbers = found[step.rowNumber]
        let ends = found[step.innerEnd]
        for row in 0..<found.count {
            let path = Int(numbers.integers[numbers.position(row)])
            guard case .node(let end) = ends.value(at: row) else { continue }
            let used = paths.relationships[path]
            let added = step.innerRelationships.flatMap { variable -> [Value] in
                let value = found[variable].value(at: row)
                if case .list(let elements) = value { return elements }
                return [value]
            }
            if added.contains(where: { Self.contains(used, $0) }) { continue }
            let isMet = step.uniqueness.others.contains { other in
                let value = batch[other].value(at: Int(paths.rows[path]))
                return added.contains { Self.contains([value], $0) }
            }
            if isMet { continue }
            next.rows.append(paths.rows[path])
            next.nodes.append(end.rawValue)
            next.relationships.append(step.isReversed ? added + used : used + added)
            var groups = paths.groups[path]
            for (index, group) in step.groups.enumerated() {
                let value = found[group.inner].value(at: row)
                if step.isReversed {
                    groups[index].insert(value, at: 0)
                } else {
                    groups[index].append(value)
                }
            }
            next.groups.append(groups)
        }
        return next
    }

    private static func contains(_ used: [Value], _ value: Value) -> Bool {
        guard case .relationship(let id) = value else { return false }
        return used.contains { RelationshipUniqueness.contains($0, id.rawValue) }
    }

    private func emit(_ paths: Paths, _ batch: Batch) -> Batch {
        var positions = Array(paths.nodes.indices)
        if step.isInto {
            let targets = batch[step.to]
            positions = positions.filter { position in
                guard case .node(let target) = targets.value(at: Int(paths.rows[position])) else {
                    return false
                }
                return target.rawValue == paths.nodes[position]
            }
        }
        var result = batch.keeping(step.kept).gathered(positions.map { paths.rows[$0] })
        if !step.isInto { result[step.to] = .ids(.node, positions.map { paths.nodes[$0] }) }
        result[step.relationships] = Vector(
            tagged: positions.map { .list(paths.relationships[$0]) }, count: positions.count)
        for (index, group) in step.groups.enumerated() {
            result[group.outer] = Vector(
                tagged: positions.map { .list(paths.groups[$0][index]) }, count: positions.count)
        }
        return result
    }

    private func empty(_ batch: Batch) -> Batch { emit(Paths(repetitions: 0), batch) }

    override func restart() {
        stack = []
        current = nil
        batch = nil
        input.restart()
    }
}

/// The step of ``QuantifiedExpand``.
struct QuantifiedExpandStep: PlanStep {
    let from: VariableID
    let to: VariableID
    /// Whether `to` is known before, so that only paths that end there count.
    let isInto: Bool
    /// The variable of the list of all relationships.
    let relationships: VariableID
    /// Whether the repetitions are followed from the pattern's right end.
    let isReversed: Bool
    let minimum: Int
    let maximum: Int?
    let body: PlanNode
    let outer: Int
    let rowNumber: VariableID
    /// The outer variables that a repetition reads.
    let imports: [VariableID]
    /// The node of the repeated pattern at which a repetition begins, and the one it leads to.
    let innerStart: VariableID
    let innerEnd: VariableID
    /// The relationships of one repetition, from left to right.
    let innerRelationships: [VariableID]
    let groups: [QuantifiedPattern.GroupVariable]
    let uniqueness: RelationshipUniqueness
    let kept: [VariableID]

    var name: String { "RepeatPattern" }
    var nested: [PlanNode] { [body] }
    func details(_ names: VariableNames) -> String {
        "(\(names.name(from))) {\(minimum),\(maximum.map(String.init) ?? "")} (\(names.name(to)))"
    }
    func makeOperator(
        _ inputs: [Operator], _ builder: OperatorBuilder
    ) throws(QueryError) -> Operator {
        QuantifiedExpand(
            input: inputs[0], step: self, body: try builder.build(body),
            cell: builder.cell(outer))
    }
}
