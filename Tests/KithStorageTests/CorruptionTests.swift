import Glibc
import KithTestSupport
import Testing

@testable import KithStorage

/// Damaged files: a clear error or right data, never anything else.
@Suite("A damaged file")
struct CorruptionTests {
    enum Damage: CaseIterable {
        case flippedBit, zeroedPage, swappedPages, truncation, noise, copiedPage
    }

    /// A database with trees, named trees, long values and extents, and what is in it.
    private func sample(isClosed: Bool) throws -> ([UInt8], Model, UInt64) {
        let options = EngineTests.options(pageSize: 512)
        let file = SimulatedFile()
        try StorageEngine.writeNewDatabase(to: file, options: options)
        let engine = try StorageEngine.open(file: file, options: options)
        var model = Model()
        var generator = SeededGenerator(seed: 99)
        for _ in 0..<12 {
            let transaction = try engine.beginWrite()
            for _ in 0..<40 { try HistoryTests.change(transaction, &model, 512, &generator) }
            try transaction.commit()
        }
        let number = try engine.beginRead().commitNumber
        if isClosed { try engine.close() }
        return (file.bytes, model, number)
    }

    @Test("gives an error or right data", arguments: Damage.allCases, [true, false])
    func damaged(damage: Damage, isClosed: Bool) throws {
        let (bytes, model, number) = try sample(isClosed: isClosed)
        var generator = SeededGenerator(seed: 5)
        let options = EngineTests.options(pageSize: 512)
        var failures = 0
        for attempt in 0..<60 {
            var damaged = bytes
            apply(damage, to: &damaged, using: &generator)
            var readOnly = options
            readOnly.isReadOnly = attempt % 3 == 0
            let file = SimulatedFile(bytes: damaged)
            do {
                let engine = try StorageEngine.open(file: file, options: readOnly)
                let reader = try engine.beginRead()
                #expect(reader.commitNumber == number, "an older commit was shown")
                if try !readsRight(reader, model) {
                    failures += 1
                    let findings = try engine.check()
                    #expect(!findings.isEmpty, "the check missed what a read found")
                } else if !readOnly.isReadOnly {
                    try writeSome(engine)
                }
            } catch {
                #expect(error is StorageError)
                failures += 1
            }
            if readOnly.isReadOnly { #expect(file.bytes == damaged) }
        }
        #expect(failures > 5)
    }

    /// Whether everything could be read; what can be read must be right.
    private func readsRight(_ reader: StorageReader, _ model: Model) throws -> Bool {
        var isWhole = true
        for (tree, entries) in model.trees {
            for (key, value) in entries {
                do {
                    let found = try reader.value(in: TreeID(tree), forKey: key)
                    #expect(found == value, "a changed value")
                } catch {
                    isWhole = false
                }
            }
            do {
                let cursor = reader.cursor(in: TreeID(tree))
                var stands = try cursor.seekFirst()
                while stands {
                    #expect(entries[[UInt8](cursor.key)] == [UInt8](cursor.value))
                    stands = try cursor.next()
                }
            } catch {
                isWhole = false
            }
        }
        for (reference, bytes) in model.extents {
            do {
                let found = try reader.readExtent(reference).withBytes { [UInt8]($0) }
                #expect(found == bytes, "a changed extent")
            } catch {
                // The check does not know who names this extent, so it cannot find this.
            }
        }
        return isWhole
    }

    private func writeSome(_ engine: StorageEngine) throws {
        let transaction = try engine.beginWrite()
        for index in UInt8(0)..<30 {
            try transaction.put([index, 3], [UInt8](repeating: 9, count: 80), in: TreeID(0))
        }
        try transaction.commit()
    }

    private func apply(
        _ damage: Damage, to bytes: inout [UInt8], using generator: inout SeededGenerator
    ) {
        let pageCount = bytes.count / 512
        let page = Int.random(in: 0..<pageCount, using: &generator) * 512
        let other = Int.random(in: 0..<pageCount, using: &generator) * 512
        switch damage {
        case .flippedBit:
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case .zeroedPage: for index in page..<page + 512 { bytes[index] = 0 }
        case .swappedPages: for index in 0..<512 { bytes.swapAt(page + index, other + index) }
        case .copiedPage: for index in 0..<512 { bytes[page + index] = bytes[other + index] }
        case .truncation: bytes.removeLast(bytes.count - page)
        case .noise:
            for index in page..<page + 512 {
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
        }
    }

    @Test("with right checksums and impossible contents is found out too")
    func forgedPages() throws {
        var generator = SeededGenerator(seed: 3)
        let page = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 64)
        defer { page.deallocate() }
        var sound = 0
        for _ in 0..<20_000 {
            for index in 0..<512 {
                let isHeader = index < 12
                page.storeBytes(
                    of: isHeader
                        ? UInt8.random(in: 0..<64, using: &generator)
                        : UInt8.random(in: 0...255, using: &generator), toByteOffset: index,
                    as: UInt8.self)
            }
            page.storeBytes(of: 1, as: UInt8.self)
            page.storeBytes(of: 0, toByteOffset: 1, as: UInt8.self)
            let view = PageView(page)
            guard view.isSound(usableByteCount: 512, pageSize: 512, level: 0) else { continue }
            sound += 1
            // Whatever passes must be safe to look at.
            for index in 0..<view.count {
                #expect(view.valueBytes(index) + view.valueLength(index) <= page + 512)
            }
        }
        #expect(sound < 20_000)
    }
}
