import KithTestSupport
import KithValues
import Testing

@testable import KithQuery

/// Grouping by a table of all combinations against grouping by hashing and a plain dictionary.
struct GroupingTests {
    /// What a plain dictionary says: the group of each row, in the order of first rows.
    private struct Model {
        var groups: [[GroupingKey]: Int32] = [:]
        var keys: [[Value]] = []

        mutating func group(_ row: [Value]) -> Int32 {
            let key = row.map { GroupingKey($0) }
            if let known = groups[key] { return known }
            let number = Int32(groups.count)
            groups[key] = number
            keys.append(row)
            return number
        }
    }

    private func items(_ count: Int) -> [Project.Item] {
        (0..<count).map {
            Project.Item(
                variable: VariableID($0),
                expression: VariableReference(VariableID($0), span: nil))
        }
    }

    private func batch(_ vectors: [Vector]) -> Batch {
        var batch = Batch(count: vectors[0].count, width: 4)
        for (index, vector) in vectors.enumerated() { batch[VariableID(index)] = vector }
        return batch
    }

    @Test("rows get the groups of a dictionary, whatever their keys", arguments: 0..<60)
    func agrees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let context = try TestGraph().context()
        let keyCount = Int.random(in: 1...3, using: &generator)
        var kinds = (0..<keyCount).map { _ in RandomVectors.kind(using: &generator) }
        let grouping = RowGrouping(keys: items(keyCount))
        var model = Model()
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
            // Now and then a key changes its kind.
            if Int.random(in: 0..<6, using: &generator) == 0 {
                kinds[0] = RandomVectors.kind(using: &generator)
            }
            let count = [1, 7, 300, 2_048].randomElement(using: &generator) ?? 1
            let vectors = kinds.map {
                RandomVectors.vector($0, count: count, using: &generator)
            }
            let found = try grouping.groups(of: batch(vectors), context)
            for row in 0..<count {
                let expected = model.group(vectors.map { $0.value(at: row) })
                #expect(found[row] == expected, "seed \(seed), row \(row)")
                if found[row] != expected { return }
            }
        }
        #expect(grouping.count == model.keys.count)
        for index in 0..<keyCount {
            let keys = grouping.keyVector(index, 0..<grouping.count)
            for (group, key) in model.keys.enumerated() {
                #expect(Value.isEquivalent(keys.value(at: group), key[index]), "seed \(seed)")
            }
        }
    }

    @Test("groups of parts merge to those of the whole", arguments: 0..<40)
    func merges(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let context = try TestGraph().context()
        let kinds = (0..<2).map { _ in RandomVectors.kind(using: &generator) }
        let whole = RowGrouping(keys: items(2))
        let merged = RowGrouping(keys: items(2))
        for _ in 0..<4 {
            let part = RowGrouping(keys: items(2))
            var wholeGroups: [Int32] = []
            var partGroups: [Int32] = []
            for _ in 0..<2 {
                let count = [3, 1_500].randomElement(using: &generator) ?? 3
                let rows = batch(
                    kinds.map { RandomVectors.vector($0, count: count, using: &generator) })
                let inWhole = try whole.groups(of: rows, context)
                wholeGroups += (0..<count).map { inWhole[$0] }
                let inPart = try part.groups(of: rows, context)
                partGroups += (0..<count).map { inPart[$0] }
            }
            let map = merged.merge(part)
            #expect(partGroups.map { map[Int($0)] } == wholeGroups, "seed \(seed)")
        }
        #expect(merged.count == whole.count)
    }

    @Test("sparse keys turn to hashing and many rows back to the table")
    func turns() throws {
        let context = try TestGraph().context()
        let grouping = RowGrouping(keys: items(1))
        var model = Model()
        for round in 0..<20 {
            let numbers = (0..<600).map { Int64(($0 &* 7_919 &+ round &* 104_729) % 100_000) }
            let vector = Vector.of(numbers.map { .integer($0) })
            let found = try grouping.groups(of: batch([vector]), context)
            for row in numbers.indices {
                #expect(found[row] == model.group([.integer(numbers[row])]))
            }
        }
    }
}
