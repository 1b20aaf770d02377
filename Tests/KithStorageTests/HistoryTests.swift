import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

/// By bytes, as the trees order keys.
func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let order = memcmp(left, right, min(left.count, right.count))
    return order == 0 ? left.count < right.count : order < 0
}

/// A database as dictionaries.
struct Model: Equatable {
    var trees: [UInt32: [[UInt8]: [UInt8]]] = [:]
    var extents: [ExtentReference: [UInt8]] = [:]

    subscript(tree: UInt32) -> [[UInt8]: [UInt8]] {
        get { trees[tree] ?? [:] }
        set { trees[tree] = newValue.isEmpty ? nil : newValue }
    }
}

@Suite("Random histories")
struct HistoryTests {
    @Test("end as a dictionary does", arguments: [512, 1024, 4096], 1...2)
    func random(pageSize: Int, seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed * 10_000 + pageSize))
        var options = EngineTests.options(pageSize: pageSize)
        options.transactionBudgetInBytes = 1
        let file = MemoryFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        var engine = try StorageEngine.open(file: file, options: options)
        var model = Model()
        var snapshots: [(StorageReader, Model)] = []
        for round in 0..<60 {
            let transaction = try engine.beginWrite()
            let before = model
            var savepoint: (Savepoint, Model)?
            for _ in 0..<Int.random(in: 1...150, using: &generator) {
                try Self.change(transaction, &model, pageSize, &generator)
                switch Int.random(in: 0..<40, using: &generator) {
                case 0: savepoint = (transaction.savepoint(), model)
                case 1:
                    if let (point, then) = savepoint {
                        try transaction.rollback(to: point)
                        model = then
                    }
                case 2:
                    if let (point, _) = savepoint {
                        transaction.release(point)
                        savepoint = nil
                    }
                case 3: try Self.removeRange(transaction, &model, pageSize, &generator)
                default: break
                }
            }
            if round % 7 == 3 { try Self.compare(transaction.reader, model) }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                transaction.rollback()
                model = before
            } else {
                try transaction.commit(durability: round % 3 == 0 ? .deferred : .full)
            }
            if round % 5 == 0 { snapshots.append((try engine.beginRead(), model)) }
            if snapshots.count > 3 {
                let (reader, then) = snapshots.removeFirst()
                try Self.compare(reader, then)
                reader.close()
            }
            let findings = try engine.check()
            #expect(findings.isEmpty, "seed \(seed), round \(round): \(findings)")
            if !findings.isEmpty { return }
            if round % 10 == 9 {
                snapshots.removeAll()
                try engine.close()
                engine = try StorageEngine.open(file: file, options: options)
                let reader = try engine.beginRead()
                try Self.compare(reader, model)
            }
        }
    }

    /// Removes all keys between two, but rarely many.
    private static func removeRange(
        _ transaction: WriteTransaction, _ model: inout Model, _ pageSize: Int,
        _ generator: inout SeededGenerator
    ) throws {
        let tree = UInt32.random(in: 0..<4, using: &generator) * 9
        let ends = [randomKey(pageSize, &generator), randomKey(pageSize, &generator)]
            .sorted(by: precedes)
        let all = model[tree].keys
            .filter { !precedes($0, ends[0]) && precedes($0, ends[1]) }.sorted(by: precedes)
        let end = all.count > 40 ? all[Int.random(in: 0...40, using: &generator)] : ends[1]
        let removed = all.filter { precedes($0, end) }
        #expect(
            try transaction.removeAll(from: ends[0], before: end, in: TreeID(tree))
                == removed.count)
        for key in removed { model[tree][key] = nil }
    }

    static func change(
        _ transaction: WriteTransaction, _ model: inout Model, _ pageSize: Int,
        _ generator: inout SeededGenerator
    ) throws {
        let tree = UInt32.random(in: 0..<4, using: &generator) * 9
        let key = randomKey(pageSize, &generator)
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<11:
            let value = randomValue(pageSize, &generator)
            try transaction.put(key, value, in: TreeID(tree))
            model[tree][key] = value
        case 11..<16:
            let victim =
                model[tree].keys.sorted(by: precedes).randomElement(using: &generator) ?? key
            #expect(
                try transaction.remove(victim, in: TreeID(tree)) == (model[tree][victim] != nil))
            model[tree][victim] = nil
        case 16:
            #expect(
                try transaction.remove(key, in: TreeID(tree)) == (model[tree][key] != nil))
            model[tree][key] = nil
        case 17:
            let bytes = randomValue(pageSize * 3, &generator)
            let reference = try bytes.withUnsafeBytes { try transaction.writeExtent($0) }
            if !bytes.isEmpty { model.extents[reference] = bytes }
        case 18:
            if let victim = model.extents.keys.min(by: { $0.checksum < $1.checksum }) {
                try transaction.freeExtent(victim)
                model.extents[victim] = nil
            }
        default:
            if Int.random(in: 0..<30, using: &generator) == 0 {
                try transaction.removeTree(TreeID(tree))
                model[tree] = [:]
            }
        }
    }

    static func randomKey(_ pageSize: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        let longest = StorageLimits.keyLengthMaxInBytes(pageSizeInBytes: pageSize)
        var key: [UInt8] = []
        if Bool.random(using: &generator) {
            key = [UInt8](repeating: 65, count: Int.random(in: 0...longest - 4, using: &generator))
        }
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            key.append(UInt8.random(in: 60...70, using: &generator))
        }
        return key
    }

    static func randomValue(_ pageSize: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        let longest =
            Int.random(in: 0..<12, using: &generator) == 0 ? pageSize * 3 : pageSize / 6
        let count = Int.random(in: 0...longest, using: &generator)
        return [UInt8](repeating: UInt8.random(in: 0...255, using: &generator), count: count)
    }

    /// Compares everything that a view shows with a model; stops at the first difference.
    static func compare(_ reader: StorageReader, _ model: Model) throws {
        for tree in [UInt32](arrayLiteral: 0, 9, 18, 27) {
            let expected = model[tree].sorted { precedes($0.key, $1.key) }
            try require(
                try reader.entryCount(in: TreeID(tree)) == UInt64(expected.count), "entry count")
            let cursor = reader.cursor(in: TreeID(tree))
            var stands = try cursor.seekFirst()
            for (key, value) in expected {
                try require(stands && same(cursor.key, key), "key forwards")
                try require(same(cursor.value, value), "value forwards")
                stands = try cursor.next()
            }
            try require(!stands, "end")
            stands = try cursor.seekLast()
            for (key, value) in expected.reversed() {
                try require(stands && same(cursor.key, key), "key backwards")
                try require(same(cursor.value, value), "value backwards")
                let found = try reader.value(in: TreeID(tree), forKey: key)
                try require(
                    found == value,
                    "value \(key) \(found?.count ?? -1) \(value.count) of \(expected.count)")
                stands = try cursor.previous()
            }
            try require(!stands, "beginning")
        }
        for (reference, bytes) in model.extents {
            try require(
                try reader.readExtent(reference).withBytes { same($0, bytes) }, "extent")
        }
    }

    static func same(_ found: UnsafeRawBufferPointer, _ expected: [UInt8]) -> Bool {
        guard found.count == expected.count, let base = found.baseAddress else {
            return found.count == expected.count
        }
        return memcmp(base, expected, found.count) == 0
    }

    static func require(_ holds: Bool, _ what: String) throws {
        if !holds { throw Difference(what: what) }
    }

    struct Difference: Error {
        let what: String
    }
}
