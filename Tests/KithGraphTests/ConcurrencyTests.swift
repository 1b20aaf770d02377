import KithValues
import Synchronization
import Testing

@testable import KithGraph

/// One writer and eight readers at once, with a cache so small that everything is always evicted. Meant
/// for the thread sanitizer as well.
@Suite("Readers and a writer")
struct ConcurrencyTests {
    /// What the threads tell the test.
    final class Report: Sendable {
        let isOver = Atomic<Bool>(false)
        let checks = Atomic<Int>(0)
        let faults = Guarded<[String]>([])
    }

    @Test("each snapshot is one commit, whatever happens meanwhile")
    func snapshots() throws {
        var options = GraphOptions()
        options.allowsSmallBudgets = true
        options.decodedCacheBudgetInBytes = 10_000
        options.recentRowsMax = 5
        options.recentEdgesMax = 5
        let store = try GraphStore.inMemory(options: options)
        let report = Report()
        let readers = (0..<8).map { _ in
            BackgroundThread {
                while !report.isOver.load(ordering: .acquiring) {
                    do {
                        try Self.check(store)
                        report.checks.add(1, ordering: .relaxed)
                    } catch {
                        report.faults.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        var previous: NodeID?
        for number in 0..<120 {
            let writer = try store.beginWrite()
            try writer.beginStatement()
            let label = try writer.label("Step")
            let key = try writer.propertyKey("number")
            let type = try writer.relationshipType("NEXT")
            for part in 0..<5 {
                let node = try writer.createNode(
                    labels: [label], properties: [(key, .integer(Int64(number * 5 + part)))])
                if let previous {
                    _ = try writer.createRelationship(
                        type: type, from: previous, to: node, properties: [])
                }
                previous = node
            }
            try writer.endStatement()
            try writer.commit(durability: .deferred)
        }
        report.isOver.store(true, ordering: .releasing)
        for reader in readers { reader.join() }
        #expect(report.faults.withLock { $0 } == [])
        #expect(report.checks.load(ordering: .relaxed) > 0)
        #expect(try store.check() == [])
    }

    struct Fault: Error { let text: String }

    /// A snapshot holds a chain of nodes numbered from 0, without a gap.
    static func check(_ store: GraphStore) throws {
        let reader = try store.beginRead()
        defer { reader.close() }
        let count = reader.nodeCount
        guard count > 0, let key = reader.catalog.propertyKey("number") else { return }
        guard count % 5 == 0, reader.relationshipCount == count - 1 else {
            throw Fault(text: "\(count) nodes, \(reader.relationshipCount) relationships")
        }
        var numbers: [UInt64: Int64] = [:]
        for chunk in try reader.nodeChunks(label: reader.catalog.label("Step")) {
            let column = try reader.column(key, inNodeChunk: chunk)
            let slots = try reader.slots(inNodeChunk: chunk, labels: [])
            for slot in 0..<slots.endSlot where slots.contains(slot) {
                numbers[chunk.rawID(slot: slot)] = column.integers[slot]
            }
        }
        guard Set(numbers.values) == Set(0..<Int64(count)) else {
            throw Fault(text: "the numbers of \(count) nodes have gaps")
        }
        let sources = numbers.keys.sorted()
        let expansion = Expansion(capacity: 100)
        expansion.begin()
        var edges = 0
        var isDone = false
        while !isDone {
            isDone = try sources.withUnsafeBufferPointer { buffer throws(GraphError) in
                try reader.expand(
                    buffer, types: [], direction: .incoming, wantsRelationships: true,
                    into: expansion)
            }
            for index in 0..<expansion.count {
                let own = numbers[sources[Int(expansion.sourceIndexes[index])]] ?? -1
                let other = numbers[expansion.neighbours[index]] ?? -1
                guard other + 1 == own else { throw Fault(text: "an edge from \(other) to \(own)") }
                let record = try reader.record(
                    of: RelationshipID(rawValue: expansion.relationships[index]))
                guard record?.source == expansion.neighbours[index] else {
                    throw Fault(text: "an edge names another relationship")
                }
                edges += 1
            }
        }
        guard edges == count - 1 else { throw Fault(text: "\(edges) edges of \(count) nodes") }
    }
}
