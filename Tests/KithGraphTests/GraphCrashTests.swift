import KithStorage
import KithTestSupport
import Testing

@testable import KithGraph

/// Loses power at every step of random histories: what is there afterwards is the graph of the last
/// commit, or of the one on its way, whole and sound.
@Suite("Crashes")
struct GraphCrashTests {
    @Test("leave the graph of one commit", arguments: 1...3 as ClosedRange<UInt64>)
    func crash(seed: UInt64) throws {
        let file = SimulatedFile()
        var history = try RandomHistory(seed: seed + 1_000, file: file)
        let initial = file.bytes
        file.events = []
        try history.runNoted(transactions: 6)
        var disk = CrashedDisk(bytes: initial)
        var random = Randomness(seed: seed)
        var allowed = history.allowed[0]
        var states = 0
        for (step, event) in file.events.enumerated() {
            disk.apply(event)
            if case .note(let index) = event { allowed = history.allowed[index] }
            if disk.uncertainCount > 0, random.chance(40) { continue }
            let image = disk.image(using: &random)
            let note: Comment = "seed \(seed), step \(step)"
            let options = history.store.options
            let store = GraphStore(
                storage: try StorageEngine.open(
                    file: SimulatedFile(bytes: image), options: options.storage),
                options: options)
            let reader = try store.beginRead()
            guard let model = allowed[reader.commitNumber] else {
                Issue.record("commit \(reader.commitNumber) is not one of \(allowed.keys) \(note)")
                continue
            }
            #expect(reader.nodeCount == model.nodes.count, note)
            #expect(reader.relationshipCount == model.relationships.count, note)
            if states % 5 == 0 {
                #expect(try store.check() == [], note)
                try GraphComparison(reader: reader, model: model, note: note).check()
            }
            states += 1
            reader.close()
        }
        #expect(states > 10)
    }
}
