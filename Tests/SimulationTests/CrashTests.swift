import Glibc
import KithStorage
import KithTestSupport
import Testing

/// Loses power at every step of random histories, and of the recovery from that, and looks at what
/// is left.
///
/// `KITH_SIMULATE_SECONDS` makes it run for so long, from a random seed unless
/// `KITH_SIMULATE_SEED` gives one.
@Suite("Losing power")
struct CrashTests {
    @Test("leaves the last acknowledged commit, or a whole newer one")
    func losesPower() throws {
        let environment = Environment()
        var seed = environment.seed
        print("losing power from seed \(seed) on")
        var states = 0
        let start = time(nil)
        while true {
            do {
                states += try Simulation(seed: seed).run()
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
            seed += 1
            if let seconds = environment.seconds {
                if time(nil) - start >= seconds { break }
            } else if states >= 8_000, seed > environment.seed + 12 {
                break
            }
        }
        print("simulated \(states) losses of power, seeds \(environment.seed) to \(seed - 1)")
        #expect(states >= 5_000 || environment.seconds != nil)
    }
}

struct Environment {
    let seed: UInt64
    let seconds: Int?

    init() {
        seconds = getenv("KITH_SIMULATE_SECONDS").flatMap { Int(String(cString: $0)) }
        let asked = getenv("KITH_SIMULATE_SEED").flatMap { UInt64(String(cString: $0)) }
        seed = asked ?? (seconds == nil ? 1 : UInt64.random(in: 1...1_000_000_000))
    }
}

/// All losses of power in one history.
struct Simulation {
    let seed: UInt64
    private var generator: SeededGenerator
    private var states = 0
    private var options = StorageOptions()

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededGenerator(seed: seed ^ 0xC0FFEE)
    }

    /// Returns how many states were looked at.
    func run() throws -> Int {
        var simulation = self
        return try simulation.sweep()
    }

    private mutating func sweep() throws -> Int {
        var history = try CrashHistory(seed: seed)
        try history.run(commitCount: 14)
        options = history.options
        var disk = CrashedDisk(bytes: history.initialBytes)
        var allowed = history.allowed[0]
        for (step, event) in history.file.events.enumerated() {
            disk.apply(event)
            if case .note(let index) = event { allowed = history.allowed[index] }
            if case .failedSync = event { disk.settle(using: &generator) }
            let images = disk.uncertainCount == 0 ? 1 : min(8, disk.uncertainCount * 3)
            for _ in 0..<images {
                do {
                    try look(at: disk.image(using: &generator), allowed: allowed, depth: 0)
                } catch {
                    throw Mismatch("at step \(step) of \(history.summary): \(error)")
                }
            }
        }
        return states
    }

    /// Opens what a crash left, compares it, and crashes the recovery as well.
    private mutating func look(at bytes: [UInt8], allowed: Allowed, depth: Int) throws {
        states += 1
        let file = SimulatedFile(bytes: bytes)
        let engine: StorageEngine
        do {
            engine = try StorageEngine.open(file: file, options: options)
        } catch {
            throw Mismatch(
                "could not be opened: \(error) (allowed \(allowed.commits.keys.sorted()))")
        }
        let number = try compare(engine, allowed)
        let recoveryEvents = file.events
        if states % 4 == 0 {
            let findings = try engine.check()
            if !findings.isEmpty { throw Mismatch("check: \(findings)") }
        }
        if states % 8 == 1 {
            do {
                try writeMore(engine)
            } catch {
                throw Mismatch("writing more after commit \(number): \(error)")
            }
        }
        guard depth < 2, !recoveryEvents.isEmpty, states % 9 == 0 else { return }
        var disk = CrashedDisk(bytes: bytes)
        for event in recoveryEvents {
            disk.apply(event)
            let image = disk.image(using: &generator)
            do {
                try look(at: image, allowed: allowed, depth: depth + 1)
            } catch {
                throw Mismatch("recovering: \(error)")
            }
        }
        // Once a reader was shown this commit it must stay, after the last sync of the recovery.
        var done = CrashedDisk(bytes: bytes)
        for event in recoveryEvents { done.apply(event) }
        guard let shown = allowed.commits[number] else { return }
        do {
            try look(
                at: done.image(using: &generator), allowed: Allowed(commits: [number: shown]),
                depth: depth + 1)
        } catch {
            throw Mismatch("after recovery: \(error)")
        }
    }

    private func compare(_ engine: StorageEngine, _ allowed: Allowed) throws -> UInt64 {
        let reader = try engine.beginRead()
        defer { reader.close() }
        guard let expected = allowed.commits[reader.commitNumber] else {
            throw Mismatch(
                "shows commit \(reader.commitNumber), not one of \(allowed.commits.keys.sorted())")
        }
        var count: UInt64 = 0
        for tree in [CrashHistory.tree, CrashHistory.namedTree] {
            count += try reader.entryCount(in: tree)
        }
        guard count == UInt64(expected.count) else {
            throw Mismatch("commit \(reader.commitNumber) has \(count) of \(expected.count) keys")
        }
        for (key, value) in expected {
            let tree = key[0] < 3 ? CrashHistory.tree : CrashHistory.namedTree
            let found: [UInt8]?
            do {
                found = try reader.value(in: tree, forKey: key)
            } catch {
                throw Mismatch("commit \(reader.commitNumber), key \(key): \(error)")
            }
            guard found == value else {
                throw Mismatch("commit \(reader.commitNumber) has another value for \(key)")
            }
        }
        return reader.commitNumber
    }

    /// A recovered database must work on, and find its free pages where they are.
    private func writeMore(_ engine: StorageEngine) throws {
        for round in UInt8(0)..<3 {
            let transaction = try engine.beginWrite()
            for index in UInt8(0)..<5 {
                try transaction.put(
                    [200, index], [UInt8](repeating: round, count: 60), in: CrashHistory.tree)
            }
            try transaction.commit()
        }
        let findings = try engine.check()
        if !findings.isEmpty { throw Mismatch("check after more commits: \(findings)") }
    }
}
