import KithTestSupport
import Testing

@testable import KithStorage

/// Savepoints within savepoints, gone back to and given up in any order.
@Suite("Savepoints")
struct SavepointTests {
    @Test("bring back what was there, however deep they lie", arguments: [512, 4096], 1...6)
    func nested(pageSize: Int, seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed * 10_000 + pageSize))
        var options = EngineTests.options(pageSize: pageSize)
        // So little memory that pages go to the file in the midst of transactions, for some.
        if seed % 2 == 0 { options.transactionBudgetInBytes = 1 }
        let file = MemoryFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        let engine = try StorageEngine.open(file: file, options: options)
        var model = Model()
        var counter: UInt64 = 0
        for _ in 0..<25 {
            let transaction = try engine.beginWrite()
            let before = (model, counter)
            var stack: [(point: Savepoint, model: Model, counter: UInt64)] = []
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                switch Int.random(in: 0..<8, using: &generator) {
                case 0, 1: stack.append((transaction.savepoint(), model, counter))
                case 2 where !stack.isEmpty:
                    let place = Int.random(in: 0..<stack.count, using: &generator)
                    try transaction.rollback(to: stack[place].point)
                    (model, counter) = (stack[place].model, stack[place].counter)
                    stack.removeSubrange((place + 1)...)
                case 3 where !stack.isEmpty:
                    let place = Int.random(in: 0..<stack.count, using: &generator)
                    transaction.release(stack[place].point)
                    stack.removeSubrange(place...)
                case 4:
                    counter = UInt64.random(in: 0..<1_000, using: &generator)
                    transaction.setCounter(3, to: counter)
                default:
                    for _ in 0..<Int.random(in: 1...6, using: &generator) {
                        try HistoryTests.change(transaction, &model, pageSize, &generator)
                    }
                }
                #expect(transaction.reader.counter(3) == counter)
            }
            try HistoryTests.compare(transaction.reader, model)
            if Int.random(in: 0..<5, using: &generator) == 0 {
                transaction.rollback()
                (model, counter) = before
            } else {
                try transaction.commit()
            }
            try HistoryTests.compare(try engine.beginRead(), model)
        }
        #expect(try engine.check().isEmpty)
    }

    @Test("that leave nothing changed make no commit")
    func nothingChanged() throws {
        let engine = try StorageEngine.inMemory()
        let transaction = try engine.beginWrite()
        let point = transaction.savepoint()
        try transaction.put([1], [2], in: TreeID(40))
        try transaction.rollback(to: point)
        transaction.release(point)
        let number = try engine.beginRead().commitNumber
        try transaction.commit()
        #expect(try engine.beginRead().commitNumber == number)
    }
}
