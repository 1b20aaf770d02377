import KithStorage
import KithTestSupport

/// The contents of a database at one commit.
typealias Contents = [[UInt8]: [UInt8]]

/// What a crash may leave.
struct Allowed {
    /// Contents by commit number.
    var commits: [UInt64: Contents]
}

/// A random history of one writer on a simulated file, with what is known after each step.
struct CrashHistory {
    let seed: UInt64
    let options: StorageOptions
    let initialBytes: [UInt8]
    private(set) var allowed: [Allowed] = []
    private(set) var file: SimulatedFile
    private var generator: SeededGenerator
    private var contents: Contents = [:]
    private var durable: [UInt64: Contents] = [:]
    private var fillerExtents: [ExtentReference] = []

    static let tree = TreeID(3)
    static let namedTree = TreeID(40)

    init(seed: UInt64) throws {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
        var options = StorageOptions()
        options.pageSizeInBytes = seed % 3 == 0 ? 1024 : 512
        options.cacheBudgetInBytes = 1
        // Some histories write changed pages early, others never.
        options.transactionBudgetInBytes = 1
        self.options = options
        file = SimulatedFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        initialBytes = file.bytes
        file.events = []
    }

    /// Runs so many commits.
    mutating func run(commitCount: Int) throws {
        var engine = try StorageEngine.open(file: file, options: options)
        note([1: contents])
        durable = [1: contents]
        for _ in 0..<commitCount {
            switch Int.random(in: 0..<12, using: &generator) {
            case 0:
                try engine.close()
                engine = try StorageEngine.open(file: file, options: options)
                durable = [try engine.beginRead().commitNumber: contents]
                note(durable)
            case 1: engine = try failSync(of: engine)
            default: try commit(to: engine)
            }
        }
        if Bool.random(using: &generator) { try engine.close() }
    }

    /// The steps, for a person who looks for a fault.
    var summary: String {
        file.events.enumerated().map { step, event in
            switch event {
            case .write(let offset, let bytes): "\(step):\(bytes.count)@\(offset)"
            case .sync: "\(step):sync"
            case .failedSync: "\(step):failed sync"
            case .note(let index): "\(step):\(allowed[index].commits.keys.sorted())"
            }
        }.joined(separator: " ")
    }

    private mutating func note(_ commits: [UInt64: Contents]) {
        allowed.append(Allowed(commits: commits))
        file.events.append(.note(allowed.count - 1))
    }

    private mutating func commit(to engine: StorageEngine) throws {
        let transaction = try engine.beginWrite()
        let number = transaction.reader.commitNumber + 1
        let before = (contents, fillerExtents)
        try change(transaction)
        if Int.random(in: 0..<8, using: &generator) == 0 {
            transaction.rollback()
            (contents, fillerExtents) = before
            return
        }
        let isDeferred = Int.random(in: 0..<4, using: &generator) == 0
        note(durable.merging([number: contents]) { $1 })
        // Changes that cancel out make no commit.
        let made = try transaction.commit(durability: isDeferred ? .deferred : .full)
        if isDeferred {
            durable[made] = contents
        } else {
            durable = [made: contents]
        }
        note(durable)
    }

    /// A commit whose sync fails; the process ends, and a new one opens what the cache shows.
    private mutating func failSync(of engine: StorageEngine) throws -> StorageEngine {
        let transaction = try engine.beginWrite()
        let number = transaction.reader.commitNumber + 1
        let before = (contents, fillerExtents)
        try change(transaction)
        // At least one change, or there would be nothing to sync.
        let key: [UInt8] = [0, 99]
        contents[key] = [UInt8](
            repeating: UInt8(truncatingIfNeeded: number), count: Int(number % 9))
        contents[key]?.append(UInt8(before.0[key]?.first == 7 ? 8 : 7))
        contents[key]?.reverse()
        if let value = contents[key] { try transaction.put(key, value, in: Self.tree) }
        note(durable.merging([number: contents]) { $1 })
        file.fault = { $0 == "sync" ? .fileCallFailed(call: .sync, code: 5) : nil }
        do {
            try transaction.commit()
            throw Mismatch("a commit succeeded whose sync failed")
        } catch StorageError.outcomeUnknown {
        }
        file.fault = nil
        let next = try StorageEngine.open(file: file, options: options)
        let shown = try next.beginRead().commitNumber
        if shown != number { (contents, fillerExtents) = before }
        durable = [shown: contents]
        note(durable)
        return next
    }

    private mutating func change(_ transaction: WriteTransaction) throws {
        let isBig = Int.random(in: 0..<6, using: &generator) == 0
        for _ in 0..<Int.random(in: 1...(isBig ? 40 : 4), using: &generator) {
            let key = [
                UInt8.random(in: 0..<4, using: &generator),
                UInt8.random(in: 0..<12, using: &generator),
            ]
            // Two trees, told apart by the key's first byte.
            let tree = key[0] < 3 ? Self.tree : Self.namedTree
            if Int.random(in: 0..<3, using: &generator) == 0 {
                try transaction.remove(key, in: tree)
                contents[key] = nil
            } else {
                let longest = Int.random(in: 0..<9, using: &generator) == 0 ? 1500 : 90
                let value = [UInt8](
                    repeating: UInt8.random(in: 0...255, using: &generator),
                    count: Int.random(in: 0...longest, using: &generator))
                try transaction.put(key, value, in: tree)
                contents[key] = value
            }
        }
    }
}

/// What a simulation found wrong.
struct Mismatch: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
