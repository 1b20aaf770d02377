import KithTestSupport
import Testing

@testable import KithQuery

/// Nodes kept in bits against a set.
struct NodeSetTests {
    @Test(
        "nodes are new once, after emptying again, and in the order in which they come",
        arguments: 0..<30)
    func agrees(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let nodes = NodeSet()
        for _ in 0..<4 {
            var seen: Set<UInt64> = []
            var members: [UInt64] = []
            let range = [10, 3_000, 1 << 21][Int.random(in: 0..<3, using: &generator)] as UInt64
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let ids = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                    UInt64.random(in: 0..<range, using: &generator)
                }
                let expected = ids.indices.filter { seen.insert(ids[$0]).inserted }
                members += expected.map { ids[$0] }
                let fresh = [Int32](unsafeUninitializedCapacity: ids.count) { target, count in
                    guard let base = target.baseAddress else { return }
                    count = nodes.insert(ids, count: ids.count, fresh: base) ?? -1
                }
                #expect(fresh == expected.map { Int32($0) }, "seed \(seed)")
            }
            let found = Array(UnsafeBufferPointer(start: nodes.members, count: nodes.count))
            #expect(found == members, "seed \(seed)")
            nodes.removeAll()
        }
        var target: Int32 = 0
        #expect(nodes.insert([NodeSet.idMax], count: 1, fresh: &target) == nil)
        #expect(nodes.count == 0)
    }
}
