import KithValues
import Testing

@testable import KithGraph

@Suite("Runs of index entries")
struct IndexRunTests {
    @Test("a run's keys are those of its integers, and lead back to them")
    func keys() throws {
        let numbers: [Int64] = [
            0, 1, -1, 2047, -2048, 1 << 40, -(1 << 40), IndexRun.numberMax, -IndexRun.numberMax,
        ]
        for number in numbers {
            for id in [0, 5, 1 << 50] as [UInt64] {
                var expected: [UInt8] = []
                Value.integer(number).appendOrderedKey(to: &expected)
                expected.appendBigEndian(id)
                let run = IndexRun(first: number, step: 1, count: 1, firstID: id)
                #expect(run.key(0) == expected)
                let entry = expected.withUnsafeBytes { IndexRun.entry($0) }
                #expect(entry?.number == number && entry?.id == id)
            }
        }
        for other in [Value.float(0.5), .string("text, long"), .integer(1 << 60), .float(.nan)] {
            var key: [UInt8] = []
            other.appendOrderedKey(to: &key)
            key.appendBigEndian(7 as UInt64)
            #expect(key.withUnsafeBytes { IndexRun.entry($0) } == nil)
        }
    }

    @Test("any key finds its place in a run")
    func places() throws {
        var random = Randomness(seed: 3)
        for _ in 0..<200 {
            let run = IndexRun(
                first: Int64(random.below(4000)) - 2000, step: Int64(1 + random.below(9)),
                count: 2 + random.below(40), firstID: UInt64(random.below(1 << 20)))
            let value = run.encodedValue
            let last = run.key(run.count - 1)
            let read = try value.withUnsafeBytes { value in
                try last.withUnsafeBytes { try IndexRun(key: $0, value: value) }
            }
            #expect(read == run)
            let keys = (0..<run.count).map { run.key($0) }
            for _ in 0..<40 {
                var wanted: [UInt8] = []
                switch random.below(4) {
                case 0: wanted = keys[random.below(keys.count)]
                case 1:
                    Value.float(Double(random.below(5000)) - 2500.5).appendOrderedKey(to: &wanted)
                case 2: Value.string("x").appendOrderedKey(to: &wanted)
                default:
                    Value.integer(Int64(random.below(5000)) - 2500).appendOrderedKey(to: &wanted)
                }
                if random.chance(50) { wanted.appendBigEndian(UInt64(random.below(1 << 20))) }
                if random.chance(20) { wanted.removeLast(random.below(wanted.count)) }
                let expected = keys.firstIndex { !$0.lexicographicallyPrecedes(wanted) }
                #expect(
                    wanted.withUnsafeBytes { run.place(atOrAfter: $0) } == expected ?? run.count)
            }
        }
    }

    @Test("a damaged run is an error or another run, never a trap")
    func damaged() {
        var random = Randomness(seed: 9)
        let run = IndexRun(first: -40, step: 3, count: 1000, firstID: 77)
        for _ in 0..<2000 {
            var value = run.encodedValue
            var key = run.key(run.count - 1)
            value[random.below(value.count)] = UInt8(truncatingIfNeeded: random.next())
            if random.chance(50) { value.append(UInt8(truncatingIfNeeded: random.next())) }
            key[random.below(key.count)] = UInt8(truncatingIfNeeded: random.next())
            value.withUnsafeBytes { value in
                key.withUnsafeBytes { key in
                    do {
                        let read = try IndexRun(key: key, value: value)
                        _ = read.place(atOrAfter: key)
                    } catch {}
                }
            }
        }
    }

    /// Loads nodes with these keys.
    private func load(_ store: GraphStore, _ keys: [Int64]) throws -> [UInt64: Int64] {
        let load = try BulkLoad(store: store)
        if load.reader.catalog.indexes.isEmpty {
            try load.writer.createConstraint(
                name: nil, kind: .unique, entity: .node,
                token: load.writer.label("Item").rawValue,
                properties: [load.writer.propertyKey("id")])
        }
        let table = try load.nodeTable(labels: ["Item"], properties: ["id"])
        var ids: [UInt64] = []
        try table.append(count: keys.count, columns: [BulkColumn(.integers(keys))], ids: &ids)
        try load.finish(durability: .deferred)
        return Dictionary(uniqueKeysWithValues: zip(ids, keys))
    }

    /// Keys that go up by `step`, with gaps here and there.
    private func keys(_ count: Int, step: Int64) -> [Int64] {
        (0..<count).map { Int64($0) * step + Int64($0 / 700) }
    }

    private func check(
        _ store: GraphStore, _ model: [UInt64: Int64], _ random: inout Randomness
    ) throws {
        #expect(try store.check() == [])
        let reader = try store.beginRead()
        let index = try #require(reader.catalog.indexes.first).id
        #expect(try reader.entryCount(of: index) == model.count)
        let sorted = model.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        func found(_ bounds: IndexBounds) throws -> [UInt64] {
            let cursor = try reader.indexCursor(index, bounds: bounds)
            var all: [UInt64] = []
            var batch: [UInt64] = []
            repeat {
                try cursor.next(into: &batch, limit: 1 + random.below(300))
                all += batch
            } while !batch.isEmpty
            return all
        }
        #expect(try found(.all) == sorted.map(\.key))
        for _ in 0..<60 {
            let low = Int64(random.below(12_000)) - 1000
            let high = low + Int64(random.below(3000))
            var expected = sorted.filter { $0.value >= low && $0.value < high }.map(\.key)
            let isDescending = random.chance(50)
            if isDescending { expected.reverse() }
            let bounds = IndexBounds(
                lower: .inclusive(.integer(low)), upper: .exclusive(.integer(high)),
                isDescending: isDescending)
            #expect(try found(bounds) == expected)
            let wanted = sorted[random.below(sorted.count)]
            #expect(try reader.indexLookupUnique(index, key: .integer(wanted.value)) == wanted.key)
            let missing = model.values.contains(low) ? nil : low
            if let missing {
                #expect(try reader.indexLookupUnique(index, key: .integer(missing)) == nil)
                #expect(
                    try reader.indexLookupUnique(index, key: .float(Double(missing) + 0.5)) == nil)
            }
        }
        reader.close()
    }

    @Test("an index of runs stays right when entries come, change and go", arguments: [1, 2, 3])
    func changes(step: Int64) throws {
        var random = Randomness(seed: UInt64(step))
        let store = try GraphStore.inMemory()
        var model = try load(store, keys(3000, step: step))
        let entries = try store.beginRead()
        #expect(
            try entries.storage.entryCount(in: KeySpaces.index(entries.catalog.indexes[0].id)) < 20)
        entries.close()
        try check(store, model, &random)
        for round in 0..<4 {
            let writer = try store.beginWrite()
            try writer.beginStatement()
            let key = try writer.propertyKey("id")
            for _ in 0..<150 {
                let taken = Set(model.values)
                let number = Int64(random.below(12_000)) - 500
                switch random.below(3) {
                case 0:
                    guard !taken.contains(number) else { continue }
                    let id = try writer.createNode(
                        labels: [writer.label("Item")], properties: [(key, .integer(number))])
                    model[id.rawValue] = number
                case 1:
                    let id = model.keys.sorted()[random.below(model.count)]
                    _ = try writer.delete(NodeID(rawValue: id))
                    model[id] = nil
                default:
                    guard !taken.contains(number) else { continue }
                    let id = model.keys.sorted()[random.below(model.count)]
                    try writer.set(key, of: NodeID(rawValue: id), to: .integer(number))
                    model[id] = number
                }
            }
            try writer.endStatement()
            // What is rolled back leaves no trace in runs and their counts.
            try writer.beginStatement()
            for id in model.keys.sorted().prefix(40) {
                _ = try writer.delete(NodeID(rawValue: id))
            }
            try writer.rollbackStatement()
            try writer.commit(durability: .deferred)
            try check(store, model, &random)
            if round == 1 {
                let taken = Set(model.values)
                let free = (-500..<20_000 as Range<Int64>).filter { !taken.contains($0) }
                model.merge(try load(store, Array(free.prefix(2500)))) { $1 }
            }
        }
    }

    @Test("a cursor goes on where it was when its run is split under it")
    func cursorAcrossChanges() throws {
        let store = try GraphStore.inMemory()
        let model = try load(store, keys(600, step: 1))
        let ids = model.keys.sorted()
        let writer = try store.beginWrite()
        try writer.beginStatement()
        let index = writer.reader.catalog.indexes[0].id
        let up = try writer.reader.indexCursor(index, bounds: .all)
        let down = try writer.reader.indexCursor(index, bounds: IndexBounds(isDescending: true))
        var seenUp: [UInt64] = []
        var seenDown: [UInt64] = []
        var batch: [UInt64] = []
        for _ in 0..<700 {
            try up.next(into: &batch, limit: 1)
            seenUp += batch
            if let id = batch.first, id % 3 == 0 {
                _ = try writer.delete(NodeID(rawValue: id))
            }
            try down.next(into: &batch, limit: 1)
            seenDown += batch
        }
        try writer.endStatement()
        writer.rollback()
        #expect(seenUp == ids)
        #expect(Set(seenDown).count == seenDown.count)
        #expect(seenDown == seenDown.sorted(by: >))
        #expect(seenDown.count == 600 - 100)
    }

    @Test("integers sort as runs, whatever order they come in")
    func runSorter() throws {
        var random = Randomness(seed: 12)
        for shape in 0..<4 {
            var sorter = RunSorter()
            var expected: [[UInt8]] = []
            var id: UInt64 = 0
            for _ in 0..<20 {
                let numbers = (0..<50).map { row -> Int64 in
                    switch shape {
                    case 0: Int64(id) + Int64(row)
                    case 1: 10_000 - Int64(id) + Int64(row)
                    case 2: Int64(random.below(100))
                    default: Int64(bitPattern: random.next()) >> 12
                    }
                }
                let validity: [UInt8]? =
                    random.chance(50) ? (0..<50).map { _ in random.chance(90) ? 1 : 0 } : nil
                let isTaken = sorter.append(numbers[...], validity: validity?[...], first: id)
                #expect(isTaken)
                for (row, number) in numbers.enumerated() where (validity?[row] ?? 1) == 1 {
                    let run = IndexRun(
                        first: number, step: 1, count: 1, firstID: id + UInt64(row))
                    expected.append(run.key(0))
                }
                id += 50
            }
            #expect(sorter.count == expected.count)
            var found: [[UInt8]] = []
            try sorter.drain { run in for place in 0..<run.count { found.append(run.key(place)) } }
            expected.sort { $0.lexicographicallyPrecedes($1) }
            #expect(found == expected)
        }
        var sorter = RunSorter()
        let isTaken = sorter.append([1, Int64.max][...], validity: nil, first: 0)
        #expect(!isTaken)
        #expect(sorter.count == 0)
    }
}
