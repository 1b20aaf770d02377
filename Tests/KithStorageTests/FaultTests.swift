import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

/// Every call to the file fails in turn, in every way that files fail.
@Suite("A failing file call")
struct FaultTests {
    enum Fault: CaseIterable {
        case inputOutputError, diskFull, shortWrite, allFromThereOn
    }

    /// What a scenario got done before it failed.
    struct Progress {
        var acknowledged: UInt64 = 1
        var contents: [UInt64: Model] = [1: Model()]
        var error: (any Error)?
    }

    @Test("is an error, and loses nothing that was acknowledged", arguments: Fault.allCases)
    func everyCall(fault: Fault) throws {
        var runs = 0
        for callNumber in 1...400 {
            let options = EngineTests.options(pageSize: 512)
            let file = SimulatedFile()
            try StorageEngine.writeNewDatabase(to: file, options: options)
            var calls = 0
            var hasFailed = false
            file.shortWriteByteCount = fault == .shortWrite ? 300 : 0
            file.fault = { call in
                calls += 1
                let fails = calls == callNumber || (fault == .allFromThereOn && hasFailed)
                guard fails else { return nil }
                hasFailed = true
                switch fault {
                case .diskFull:
                    return call == "write" || call == "grow"
                        ? .diskFull : .fileCallFailed(call: .read, code: EIO)
                case .inputOutputError, .shortWrite, .allFromThereOn:
                    return .fileCallFailed(call: .write, code: EIO)
                }
            }
            let progress = scenario(on: file, options: options)
            file.fault = nil
            if let error = progress.error { #expect(error is StorageError) }
            let engine = try StorageEngine.open(file: file, options: options)
            let reader = try engine.beginRead()
            #expect(
                reader.commitNumber >= progress.acknowledged,
                "call \(callNumber) failed and an acknowledged commit is gone")
            if let expected = progress.contents[reader.commitNumber] {
                try HistoryTests.compare(reader, expected)
            } else {
                Issue.record("call \(callNumber): unknown commit \(reader.commitNumber)")
            }
            #expect(try engine.check().isEmpty)
            runs += 1
            if !hasFailed { break }
        }
        #expect(runs > 30 && runs < 400)
    }

    private func scenario(on file: SimulatedFile, options: StorageOptions) -> Progress {
        var progress = Progress()
        var model = Model()
        var generator = SeededGenerator(seed: 7)
        do {
            let engine = try StorageEngine.open(file: file, options: options)
            for round in 0..<5 {
                do {
                    let transaction = try engine.beginWrite()
                    let number = transaction.reader.commitNumber + 1
                    var next = model
                    for _ in 0..<5 {
                        try HistoryTests.change(transaction, &next, 512, &generator)
                    }
                    try transaction.put([1], [UInt8(round)], in: TreeID(0))
                    next[0][[1]] = [UInt8(round)]
                    progress.contents[number] = next
                    try transaction.commit()
                    progress.acknowledged = number
                    model = next
                    let reader = try engine.beginRead()
                    try HistoryTests.compare(reader, model)
                } catch {
                    // The engine must go on, or refuse, but never show anything else.
                    if progress.error != nil { throw error }
                    progress.error = error
                    // Only what is in doubt keeps its number; the next attempt has other contents.
                    guard error as? StorageError != .outcomeUnknown else {
                        throw error
                    }
                    progress.contents[progress.acknowledged] = model
                }
            }
            try engine.close()
        } catch {
            progress.error = error
        }
        return progress
    }

    @Test("for lack of space leaves enough to delete with")
    func fullDisk() throws {
        let options = EngineTests.options(pageSize: 512)
        let file = SimulatedFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        let engine = try StorageEngine.open(file: file, options: options)
        file.fault = { [unowned file] call in
            call == "grow" && file.bytes.count > 300_000 ? .diskFull : nil
        }
        var count = 0
        func key(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
        while true {
            let transaction = try engine.beginWrite()
            do {
                for index in 0..<20 {
                    try transaction.put(
                        key(count + index), [UInt8](repeating: 1, count: 100), in: TreeID(0))
                }
                try transaction.commit()
                count += 20
            } catch {
                #expect(error == .diskFull)
                break
            }
        }
        #expect(count > 400)
        for start in stride(from: 0, to: count, by: 20) {
            let transaction = try engine.beginWrite()
            for index in start..<start + 20 { try transaction.remove(key(index), in: TreeID(0)) }
            try transaction.commit()
        }
        #expect(try engine.check().isEmpty)
        #expect(try engine.beginRead().entryCount(in: TreeID(0)) == 0)
        // Now there is room again, and the reserve is restored with it.
        let transaction = try engine.beginWrite()
        for index in 0..<200 {
            try transaction.put(key(index), [UInt8](repeating: 2, count: 100), in: TreeID(0))
        }
        try transaction.commit()
        #expect(try engine.check().isEmpty)
    }
}
