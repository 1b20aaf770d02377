import Glibc

/// A file that lives in memory: databases without a path, and tests.
package final class MemoryFile: StorageFile, @unchecked Sendable {
    // Sendable: everything is guarded by `guardian`.
    private let guardian = Lock()
    private var chunks: [UnsafeMutableRawPointer] = []
    private var length: UInt64 = 0
    private static let chunkByteCount = 1 << 18

    /// Makes an empty file.
    package init() {}

    deinit { for chunk in chunks { chunk.deallocate() } }

    package func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(StorageError) -> Int {
        guardian.with {
            guard offset < length, let base = buffer.baseAddress else { return 0 }
            let count = Int(min(UInt64(buffer.count), length - offset))
            var done = 0
            while done < count {
                let place = Int(offset) + done
                let within = place % Self.chunkByteCount
                let part = min(count - done, Self.chunkByteCount - within)
                (base + done).copyMemory(
                    from: chunks[place / Self.chunkByteCount] + within, byteCount: part)
                done += part
            }
            return count
        }
    }

    package func write(
        _ pieces: [UnsafeRawBufferPointer], at offset: UInt64
    ) throws(StorageError) {
        guardian.with {
            var place = Int(offset)
            for piece in pieces {
                reserve(UInt64(place + piece.count))
                var done = 0
                while done < piece.count {
                    let within = place % Self.chunkByteCount
                    let part = min(piece.count - done, Self.chunkByteCount - within)
                    (chunks[place / Self.chunkByteCount] + within).copyMemory(
                        from: piece.baseAddress.unsafelyUnwrapped + done, byteCount: part)
                    done += part
                    place += part
                }
            }
        }
    }

    private func reserve(_ newLength: UInt64) {
        while UInt64(chunks.count * Self.chunkByteCount) < newLength {
            let chunk = UnsafeMutableRawPointer.allocate(
                byteCount: Self.chunkByteCount, alignment: 4096)
            chunk.initializeMemory(as: UInt8.self, repeating: 0, count: Self.chunkByteCount)
            chunks.append(chunk)
        }
        length = max(length, newLength)
    }

    package func sync() throws(StorageError) {}

    package func size() throws(StorageError) -> UInt64 { guardian.with { length } }

    package func grow(
        from oldSize: UInt64, to newSize: UInt64, zeroing: Bool
    ) throws(StorageError) {
        guardian.with { reserve(newSize) }
    }

    package func lockWriter() throws(StorageError) -> Bool { true }
    package func unlockWriter() {}
    package func writerHolder() -> Int32 { 0 }
    package func lockSnapshot(_ number: UInt64) throws(StorageError) {}
    package func unlockSnapshot(_ number: UInt64) {}
    package func oldestSnapshot(below number: UInt64) throws(StorageError) -> UInt64? { nil }
    package func isStillNamed() -> Bool { true }
    package func close() {}
}
