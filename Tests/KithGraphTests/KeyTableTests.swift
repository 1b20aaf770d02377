import Testing

@testable import KithGraph

@Suite("Keys of nodes while loading")
struct KeyTableTests {
    @Test(
        "integers are found however they are spread, in memory or in a file",
        arguments: 0..<4, [Int.max, 40_000])
    func integers(shape: Int, budget: Int) {
        var random = Randomness(seed: UInt64(shape))
        let memory = KeyMemory(budgetInBytes: budget)
        var table = KeyTable(memory: memory)
        var model: [Int64: UInt64] = [:]
        for row in 0..<6000 as Range<UInt64> {
            let key: Int64
            switch shape {
            case 0: key = Int64(row) - 1500
            case 1: key = Int64(row) * 2 + Int64(row / 100)
            case 2: key = Int64(row) + Int64(row / 100) * 17
            default: key = Int64(bitPattern: random.next()) >> Int64(random.below(60))
            }
            let id = row + row / 1000
            #expect(table.insert(key, id: id) == model[key])
            if model[key] == nil { model[key] = id }
            if random.chance(1) {
                let old = Array(model.keys)[random.below(model.count)]
                #expect(table.insert(old, id: 1 << 40) == model[old])
            }
        }
        let wanted = model.keys.sorted() + (0..<500).map { _ in Int64(random.below(9000)) - 3000 }
        var found = [UInt64](repeating: 0, count: wanted.count)
        wanted.withUnsafeBufferPointer { wanted in
            found.withUnsafeMutableBufferPointer { found in
                if let base = found.baseAddress { table.ids(of: wanted, into: base) }
            }
        }
        for (key, id) in zip(wanted, found) {
            #expect(id == model[key] ?? KeyTable.missingID)
            #expect(table.id(of: key) == model[key])
        }
        #expect(table.count == model.count)
        #expect(table.failure == nil)
        if budget != .max { #expect(table.sizeInBytes <= budget + 64 * 32) }
    }

    @Test("strings are found, in memory or in a file", arguments: [Int.max, 40_000])
    func strings(budget: Int) {
        var random = Randomness(seed: 4)
        var table = KeyTable(memory: KeyMemory(budgetInBytes: budget))
        var model: [[UInt8]: UInt64] = [:]
        for row in 0..<5000 as Range<UInt64> {
            let length = random.below(12)
            let key = (0..<length).map { _ in UInt8(97 + random.below(4)) }
            let known = key.withUnsafeBufferPointer { table.insert($0, id: row) }
            #expect(known == model[key])
            if model[key] == nil { model[key] = row }
        }
        for (key, id) in model {
            #expect(key.withUnsafeBufferPointer { table.id(of: $0) } == id)
            let other = key + [UInt8(ascii: "z")]
            #expect(other.withUnsafeBufferPointer { table.id(of: $0) } == nil)
        }
        #expect(table.count == model.count)
        #expect(table.failure == nil)
    }
}
