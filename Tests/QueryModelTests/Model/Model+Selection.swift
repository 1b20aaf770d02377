import KithValues

@testable import KithQuery

/// Path selectors: every way from each first node to each last one, of which the shortest stay.
extension Model {
    /// One way to give the relationships of a selection.
    private struct Candidate {
        var matching: Matching
        var relationships: [UInt64] = []
    }

    /// The matchings with the relationships of a selection given.
    ///
    /// The relationships of a selected path differ from each other, not from those of other paths.
    func select(
        _ selection: PathSelection, _ matching: Matching, _ pattern: BoundPattern
    ) throws -> [Matching] {
        guard let ends = pattern.ends(of: selection) else { return [] }
        var candidates = [Candidate(matching: matching)]
        for index in selection.relationships {
            var next: [Candidate] = []
            for candidate in candidates {
                var begun = candidate.matching
                begun.used = candidate.relationships
                for found in try follow(pattern.relationships[index], begun) {
                    var result = candidate
                    result.relationships = found.used
                    result.matching = found
                    result.matching.used = matching.used
                    next.append(result)
                }
            }
            candidates = next
        }
        candidates = try candidates.filter { try fits($0, selection, pattern) }
        candidates.shuffle(using: &shuffler)
        var groups: [[UInt64?]: [Candidate]] = [:]
        for candidate in candidates {
            let (first, last) = (
                candidate.matching.nodes[ends.first], candidate.matching.nodes[ends.last]
            )
            if selection.isFunction, first == last { continue }
            groups[[first, last], default: []].append(candidate)
        }
        return try groups.sorted { "\($0.key)" < "\($1.key)" }.flatMap { group in
            try chosen(group.value, selection.selector, matching.row).map { $0.matching }
        }
    }

    private func fits(
        _ candidate: Candidate, _ selection: PathSelection, _ pattern: BoundPattern
    ) throws -> Bool {
        var row = candidate.matching.row
        for (index, id) in candidate.matching.nodes.enumerated() {
            if let id { row[pattern.nodes[index].variable.index] = .node(NodeID(rawValue: id)) }
        }
        for index in pattern.innerNodes(of: selection)
        where try !accepts(pattern.nodes[index], row) { return false }
        for index in selection.relationships
        where try !accepts(pattern.relationships[index], row) { return false }
        for path in pattern.paths where selection.paths.contains(path.variable) {
            row[path.variable.index] = self.path(path, pattern, candidate.matching)
        }
        return try selection.predicate.map { try truth($0, row) == true } ?? true
    }

    private func chosen(
        _ candidates: [Candidate], _ selector: PathSelection.Selector, _ row: Row
    ) throws -> [Candidate] {
        // The sort is stable in that candidates of one length keep the order that was shuffled.
        let sorted = candidates.enumerated().sorted {
            ($0.element.relationships.count, $0.offset) < (
                $1.element.relationships.count, $1.offset
            )
        }.map { $0.element }
        switch selector {
        case .anyShortest: return Array(sorted.prefix(1))
        case .allShortest: return groups(sorted, 1)
        case .shortest(let count): return Array(sorted.prefix(try bound(count)))
        case .shortestGroups(let count): return groups(sorted, try bound(count))
        }
    }

    /// The candidates of the `count` smallest lengths.
    private func groups(_ sorted: [Candidate], _ count: Int) -> [Candidate] {
        let lengths = Set(sorted.map { $0.relationships.count }).sorted().prefix(count)
        return sorted.filter { lengths.contains($0.relationships.count) }
    }
}
