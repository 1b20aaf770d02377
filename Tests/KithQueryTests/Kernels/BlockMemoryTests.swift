import KithGraph
import Testing

@testable import KithQuery

/// Memory for columns: blocks of whatever size are whole and nobody else's, whichever thread frees them.
@Suite
struct BlockMemoryTests {
    /// What one thread has in hand.
    private final class Hands: @unchecked Sendable {
        // Sendable: each thread has its own, and takes over another's only after that one is done.
        var blocks: [(memory: BlockMemory, size: Int, mark: UInt8)] = []
        var wrong = 0

        func take(_ size: Int, mark: UInt8) {
            let memory = BlockMemory(byteCount: size)
            memory.start.initializeMemory(as: UInt8.self, repeating: mark, count: size)
            blocks.append((memory, size, mark))
        }

        /// Frees a block, which must be as it was filled.
        func free(_ index: Int) {
            let (memory, size, mark) = blocks.remove(at: index)
            let bytes = UnsafeRawBufferPointer(start: memory.start, count: size)
            if bytes.contains(where: { $0 != mark }) { wrong += 1 }
            memory.free()
        }
    }

    private static let sizes = [
        0, 1, 1_023, 1_024, 1_025, 2_048, 2_049, 4_097, 8_192, 16_384, 16_385, 32_768, 65_536,
        65_537, 200_000,
    ]

    @Test("blocks in use never share a byte, on several threads that free each other's blocks")
    func blocksAreApart() {
        let hands = (0..<4).map { _ in Hands() }
        for round in 0..<3 {
            WorkerThreads.run(count: hands.count) { number in
                // Those that another thread has filled in the round before.
                let mine = hands[(number + round) % hands.count]
                var random = SplitMix(seed: UInt64(number * 10 + round))
                for _ in 0..<400 {
                    if mine.blocks.count > 24 || (!mine.blocks.isEmpty && random.next() % 3 == 0) {
                        mine.free(Int(random.next() % UInt64(mine.blocks.count)))
                    } else {
                        let size = Self.sizes[Int(random.next() % UInt64(Self.sizes.count))]
                        mine.take(size, mark: UInt8(truncatingIfNeeded: random.next()))
                    }
                }
            }
        }
        for one in hands {
            while !one.blocks.isEmpty { one.free(0) }
            #expect(one.wrong == 0)
        }
    }

    @Test("a block of any size is aligned to 16 bytes", arguments: sizes)
    func blocksAreAligned(size: Int) {
        let memory = BlockMemory(byteCount: size)
        defer { memory.free() }
        #expect(UInt(bitPattern: memory.start) % 16 == 0)
    }
}
