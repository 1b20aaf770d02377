import KithValues

/// The memory that all key tables of a load may take together.
///
/// `@unchecked`: used by the one thread that adds keys.
final class KeyMemory: @unchecked Sendable {
    let temporaryDirectory: String?
    private let budgetInBytes: Int
    private var takenInBytes = 0

    init(budgetInBytes: Int, temporaryDirectory: String? = nil) {
        self.budgetInBytes = budgetInBytes
        self.temporaryDirectory = temporaryDirectory
    }

    /// Takes more memory if that stays within the budget, or in any case.
    func take(_ byteCount: Int, always: Bool = false) -> Bool {
        guard always || byteCount <= budgetInBytes - takenInBytes else { return false }
        takenInBytes += byteCount
        return true
    }

    func giveBack(_ byteCount: Int) { takenInBytes -= byteCount }
}

/// A hash table of keys in a temporary file, for more keys than fit in memory: open addressing,
/// linear probing, at most half full.
///
/// A slot is the integer or the string's hash (8), the id plus one (8), 0 where the slot is free, and
/// where the string begins in a file of strings (8), each after its length (4). One thread adds; then
/// several may look up.
final class KeyFile: @unchecked Sendable {
    // Sendable: nothing changes once the last key was added.

    private static let slotSize = 24
    private static let window = 8
    private let directory: String?
    private var slots: TemporaryFile
    private var texts: TemporaryFile?
    private var mask: Int
    private(set) var count = 0
    private let firstFailure = Guarded<GraphError?>(nil)
    /// What went wrong first; what was found since is not to be relied on.
    var failure: GraphError? { firstFailure.withLock { $0 } }

    init(expectedCount: Int, _ directory: String?) throws(GraphError) {
        self.directory = directory
        var capacity = 1 << 12
        while capacity < expectedCount * 2 { capacity *= 2 }
        slots = try TemporaryFile(directory: directory)
        try slots.extend(to: capacity * Self.slotSize)
        mask = capacity - 1
    }

    /// Adds a key, or returns the id that it already has.
    func insert(_ key: Int64, _ id: UInt64) -> UInt64? {
        let bits = UInt64(bitPattern: key)
        return insert(bits, home: KeyHash.hash(bits), id, place: nil) { _ in true }
    }

    /// Adds a key, or returns the id that it already has.
    func insert(_ key: UnsafeRawBufferPointer, _ id: UInt64) -> UInt64? {
        let hash = KeyHash.hash(key)
        return insert(
            hash, home: hash, id, place: { () throws(GraphError) in try self.append(key) }
        ) { place throws(GraphError) in try self.text(at: place, equals: key) }
    }

    /// The id of a key, or nil.
    func id(of key: Int64) -> UInt64? {
        let bits = UInt64(bitPattern: key)
        return found { () throws(GraphError) in
            try find(bits, home: KeyHash.hash(bits)) { _ in true }.id
        }
    }

    /// The id of a key, or nil.
    func id(of key: UnsafeRawBufferPointer) -> UInt64? {
        let hash = KeyHash.hash(key)
        return found { () throws(GraphError) in
            try find(hash, home: hash) { place throws(GraphError) in
                try text(at: place, equals: key)
            }.id
        }
    }

    private func found(_ body: () throws(GraphError) -> UInt64?) -> UInt64? {
        do throws(GraphError) {
            return try body()
        } catch {
            note(error)
            return nil
        }
    }

    private func insert(
        _ word: UInt64, home: UInt64, _ id: UInt64, place: (() throws(GraphError) -> UInt64)?,
        isSame: (UInt64) throws(GraphError) -> Bool
    ) -> UInt64? {
        guard failure == nil else { return nil }
        do throws(GraphError) {
            if (count + 1) * 2 > mask { try grow() }
            let (slot, known) = try find(word, home: home, isSame: isSame)
            if let known { return known }
            try store([word, id + 1, try place?() ?? 0], in: slot)
            count += 1
        } catch {
            note(error)
        }
        return nil
    }

    private func note(_ error: GraphError) { firstFailure.withLock { $0 = $0 ?? error } }

    private func store(_ words: [UInt64], in slot: Int) throws(GraphError) {
        try words.withUnsafeBufferPointer { words throws(GraphError) in
            try slots.write(UnsafeRawBufferPointer(words), at: slot * Self.slotSize)
        }
    }

    /// The slot that has the key, with its id, or the free one where it would be.
    private func find(
        _ word: UInt64, home: UInt64, isSame: (UInt64) throws(GraphError) -> Bool
    ) throws(GraphError) -> (slot: Int, id: UInt64?) {
        var slot = Int(truncatingIfNeeded: home) & mask
        return try withUnsafeTemporaryAllocation(
            byteCount: Self.window * Self.slotSize, alignment: 8
        ) { buffer throws(GraphError) in
            while true {
                let taken = min(Self.window, mask + 1 - slot)
                let bytes = UnsafeMutableRawBufferPointer(
                    rebasing: buffer[..<(taken * Self.slotSize)])
                try slots.read(at: slot * Self.slotSize, into: bytes)
                for index in 0..<taken {
                    let at = index * Self.slotSize
                    let next = bytes.load(fromByteOffset: at + 8, as: UInt64.self)
                    if next == 0 { return (slot + index, nil) }
                    guard bytes.load(fromByteOffset: at, as: UInt64.self) == word else { continue }
                    if try isSame(bytes.load(fromByteOffset: at + 16, as: UInt64.self)) {
                        return (slot + index, next - 1)
                    }
                }
                slot = (slot + taken) & mask
            }
        }
    }

    /// Moves all slots to a file of four times the size.
    private func grow() throws(GraphError) {
        let old = slots
        let oldCapacity = mask + 1
        slots = try TemporaryFile(directory: directory)
        try slots.extend(to: oldCapacity * 4 * Self.slotSize)
        mask = oldCapacity * 4 - 1
        let slotsAtOnce = 1 << 14
        var buffer = [UInt64](repeating: 0, count: slotsAtOnce * 3)
        for start in stride(from: 0, to: oldCapacity, by: slotsAtOnce) {
            let taken = min(slotsAtOnce, oldCapacity - start)
            try buffer.withUnsafeMutableBufferPointer { words throws(GraphError) in
                try old.read(
                    at: start * Self.slotSize,
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(words)[..<(taken * Self.slotSize)]))
            }
            for index in 0..<taken where buffer[index * 3 + 1] != 0 {
                let word = buffer[index * 3]
                let home = texts == nil ? KeyHash.hash(word) : word
                let (slot, _) = try find(word, home: home) { _ in false }
                try store(Array(buffer[index * 3..<index * 3 + 3]), in: slot)
            }
        }
    }

    private func append(_ key: UnsafeRawBufferPointer) throws(GraphError) -> UInt64 {
        let file: TemporaryFile
        if let texts {
            file = texts
        } else {
            file = try TemporaryFile(directory: directory)
            texts = file
        }
        return try withUnsafeTemporaryAllocation(byteCount: key.count + 4, alignment: 8) {
            buffer throws(GraphError) in
            buffer.storeBytes(of: UInt32(key.count), as: UInt32.self)
            UnsafeMutableRawBufferPointer(rebasing: buffer[4...]).copyMemory(from: key)
            return UInt64(try file.append(UnsafeRawBufferPointer(buffer)))
        }
    }

    private func text(
        at place: UInt64, equals key: UnsafeRawBufferPointer
    ) throws(GraphError) -> Bool {
        guard let texts, Int(place) + 4 + key.count <= texts.lengthInBytes else { return false }
        return try withUnsafeTemporaryAllocation(byteCount: key.count + 4, alignment: 8) {
            buffer throws(GraphError) in
            try texts.read(at: Int(place), into: buffer)
            return buffer.load(as: UInt32.self) == UInt32(key.count)
                && buffer[4...].elementsEqual(key)
        }
    }
}
