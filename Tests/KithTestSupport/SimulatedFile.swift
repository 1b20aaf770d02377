import Glibc
import KithStorage

/// A file on a disk that keeps nothing until it is synced.
///
/// Reads show what was written last, as the system's cache does. Everything that was written since
/// the last sync is a list of events, from which ``CrashedDisk`` makes the states that a loss of
/// power may leave. Not for use by several threads at once.
package final class SimulatedFile: StorageFile, @unchecked Sendable {
    // Sendable: tests use it from one thread.

    /// What happened, in order.
    package enum Event {
        /// Bytes went to the cache.
        case write(offset: Int, bytes: [UInt8])
        /// Everything before is on the disk.
        case sync
        /// A sync failed: what came before may be on the disk or not, and will not be written again.
        case failedSync
        /// What the test knows from here on.
        case note(Int)
    }

    package private(set) var bytes: [UInt8]
    package var events: [Event] = []
    /// Asked before each call; an error makes the call fail.
    package var fault: ((String) -> StorageError?)?
    /// How much of a failing write is done all the same.
    package var shortWriteByteCount = 0

    /// Makes a file with contents, empty by default.
    package init(bytes: [UInt8] = []) { self.bytes = bytes }

    package func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(StorageError) -> Int {
        if let error = fault?("read") { throw error }
        guard let base = buffer.baseAddress, offset < UInt64(bytes.count) else { return 0 }
        let count = min(buffer.count, bytes.count - Int(offset))
        bytes.withUnsafeBytes { source in
            base.copyMemory(
                from: source.baseAddress.unsafelyUnwrapped + Int(offset), byteCount: count)
        }
        return count
    }

    package func write(
        _ pieces: [UnsafeRawBufferPointer], at offset: UInt64
    ) throws(StorageError) {
        var all: [UInt8] = []
        all.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
        for piece in pieces { all.append(contentsOf: piece) }
        if let error = fault?("write") {
            all.removeLast(max(0, all.count - shortWriteByteCount))
            apply(all, at: Int(offset))
            throw error
        }
        apply(all, at: Int(offset))
    }

    private func apply(_ all: [UInt8], at offset: Int) {
        guard !all.isEmpty else { return }
        events.append(.write(offset: offset, bytes: all))
        Self.overwrite(&bytes, at: offset, with: all[...])
    }

    /// Puts bytes into an array, which grows with zeros as need be.
    package static func overwrite(
        _ target: inout [UInt8], at offset: Int, with source: ArraySlice<UInt8>
    ) {
        if target.count < offset + source.count {
            target.append(
                contentsOf: repeatElement(0, count: offset + source.count - target.count))
        }
        target.withUnsafeMutableBytes { target in
            source.withUnsafeBytes { source in
                guard let base = source.baseAddress else { return }
                (target.baseAddress.unsafelyUnwrapped + offset).copyMemory(
                    from: base, byteCount: source.count)
            }
        }
    }

    package func sync() throws(StorageError) {
        if let error = fault?("sync") {
            events.append(.failedSync)
            throw error
        }
        events.append(.sync)
    }

    package func size() throws(StorageError) -> UInt64 {
        if let error = fault?("size") { throw error }
        return UInt64(bytes.count)
    }

    package func grow(
        from oldSize: UInt64, to newSize: UInt64, zeroing: Bool
    ) throws(StorageError) {
        if let error = fault?("grow") { throw error }
        guard newSize > oldSize else { return }
        apply([UInt8](repeating: 0, count: Int(newSize - oldSize)), at: Int(oldSize))
    }

    package func lockWriter() throws(StorageError) -> Bool {
        if let error = fault?("lock") { throw error }
        return true
    }

    package func unlockWriter() {}
    package func writerHolder() -> Int32 { 0 }

    package func lockSnapshot(_ number: UInt64) throws(StorageError) {
        if let error = fault?("lock") { throw error }
    }

    package func unlockSnapshot(_ number: UInt64) {}

    package func oldestSnapshot(below number: UInt64) throws(StorageError) -> UInt64? {
        if let error = fault?("lock") { throw error }
        return nil
    }

    package func isStillNamed() -> Bool { true }
    package func close() {}
}

/// What the disk of a ``SimulatedFile`` may hold after a loss of power.
package struct CrashedDisk {
    /// What is certainly on the disk.
    private var certain: [UInt8]
    /// Writes that may be there or not, oldest first.
    private var uncertain: [(offset: Int, bytes: [UInt8])] = []
    /// The smallest part of a write that survives or not by itself.
    private static let tornByteCount = 32

    /// A disk with everything in `bytes` on it.
    package init(bytes: [UInt8]) { certain = bytes }

    /// Goes on by one event.
    package mutating func apply(_ event: SimulatedFile.Event) {
        switch event {
        case .write(let offset, let bytes): uncertain.append((offset, bytes))
        case .sync:
            for write in uncertain {
                SimulatedFile.overwrite(&certain, at: write.offset, with: write.bytes[...])
            }
            uncertain = []
        case .failedSync, .note: break
        }
    }

    /// After a failed sync, decides which of the writes before will ever be on the disk.
    package mutating func settle<Generator: RandomNumberGenerator>(
        using generator: inout Generator
    ) {
        certain = image(using: &generator)
        uncertain = []
    }

    /// How many writes may be there or not.
    package var uncertainCount: Int { uncertain.count }

    /// One state of the disk: of all writes since the last sync some lost, some torn, in any order.
    package func image<Generator: RandomNumberGenerator>(
        using generator: inout Generator
    ) -> [UInt8] {
        var result = certain
        let style = Int.random(in: 0..<6, using: &generator)
        var writes = uncertain
        if style == 5 { writes.shuffle(using: &generator) }
        let survivors = Int.random(in: 0...writes.count, using: &generator)
        for (index, write) in writes.enumerated() {
            switch style {
            case 0: continue
            case 1: keep(write, in: &result)
            case 2 where index < survivors: keep(write, in: &result)
            case 2: continue
            case 3 where index == survivors: continue
            case 3: keep(write, in: &result)
            default:
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: continue
                case 1: keep(write, in: &result)
                default: tear(write, in: &result, using: &generator)
                }
            }
        }
        return result
    }

    private func keep(_ write: (offset: Int, bytes: [UInt8]), in result: inout [UInt8]) {
        SimulatedFile.overwrite(&result, at: write.offset, with: write.bytes[...])
    }

    private func tear<Generator: RandomNumberGenerator>(
        _ write: (offset: Int, bytes: [UInt8]), in result: inout [UInt8],
        using generator: inout Generator
    ) {
        var start = 0
        while start < write.bytes.count {
            let longest = max(1, (write.bytes.count - start) / Self.tornByteCount)
            let end = min(
                write.bytes.count,
                start + Self.tornByteCount * Int.random(in: 1...longest, using: &generator))
            if Bool.random(using: &generator) {
                SimulatedFile.overwrite(
                    &result, at: write.offset + start, with: write.bytes[start..<end])
            }
            start = end
        }
    }
}
