import KithStorage

/// Gives new nodes and relationships their places: each label set and each type fills chunks of its
/// own, its *home*; label sets with few nodes share one home.
///
/// A slot freed in a transaction is not given again in it, so that no id changes its meaning there.
struct HomeAllocator {
    private final class Home {
        /// The chunks with room, the one being filled last.
        var open: [UInt64]
        /// What is taken of the last one; nil until it was looked at.
        @exclusivity(unchecked) var taken: SlotSet?
        @exclusivity(unchecked) var next = 0
        /// What was given of that one; nil until something was.
        @exclusivity(unchecked) var given: GivenSlots?

        init(open: [UInt64]) { self.open = open }

        /// Forgets what is taken of the last chunk: it may be another one, or another state of it.
        func forgetPlaces() {
            taken = nil
            given = nil
        }
    }

    private final class GivenSlots {
        @exclusivity(unchecked) var slots = SlotSet()
    }

    private struct Key: Hashable {
        var kind: EntityKind
        var token: UInt32
    }

    private var homes: [Key: Home] = [:]
    /// Whether places were freed that later transactions may give again.
    private var hasFreed = false
    private var changed: Set<Key> = []
    /// What was given or freed in this transaction, by chunk.
    private var givenNodes: [UInt64: GivenSlots] = [:]
    private var givenRelationships: [UInt64: GivenSlots] = [:]

    /// The homes for the transaction after this one, which has been written; nil where it had better look at
    /// them anew.
    func handedOn() -> HomeAllocator? {
        if hasFreed { return nil }
        var next = HomeAllocator()
        next.homes = homes
        // What was given is taken by now.
        for home in homes.values { home.given = nil }
        return next
    }

    /// Notes that a place was freed in this transaction, so that it is not given again in it.
    mutating func keep(_ kind: EntityKind, _ id: UInt64) {
        hasFreed = true
        given(kind, id >> UInt64(GraphLimits.slotBits)).slots.insert(
            Int(id & UInt64(GraphLimits.slotsPerChunk - 1)))
    }

    /// What was given or freed of a chunk, to be added to.
    private mutating func given(_ kind: EntityKind, _ chunk: UInt64) -> GivenSlots {
        let known = kind == .node ? givenNodes[chunk] : givenRelationships[chunk]
        if let known { return known }
        let made = GivenSlots()
        if kind == .node { givenNodes[chunk] = made } else { givenRelationships[chunk] = made }
        return made
    }

    var isChanged: Bool { !changed.isEmpty }

    /// Looks at the places again, and so does the next transaction: those given in what was undone are free.
    mutating func placesWereUndone() {
        hasFreed = true
        forgetPlaces()
    }

    /// Looks at the places again: what storage has may have changed.
    mutating func forgetPlaces() {
        for home in homes.values { home.forgetPlaces() }
    }

    /// The place for a new node or relationship.
    mutating func allocate(
        _ kind: EntityKind, _ token: UInt32, _ writer: GraphWriter
    ) throws(GraphError) -> UInt64 {
        // Mostly the chunk that was filled last has room for one more.
        if let home = homes[Key(kind: kind, token: token)], let chunk = home.open.last,
            let slot = home.taken?.firstMissing(from: home.next), slot < GraphLimits.slotsPerChunk
        {
            home.taken?.insert(slot)
            home.next = slot + 1
            let given = home.given ?? given(kind, chunk)
            home.given = given
            given.slots.insert(slot)
            return ChunkID(rawValue: chunk).rawID(slot: slot)
        }
        var ids: [UInt64] = []
        try allocate(1, kind, token, writer, into: &ids)
        return ids[0]
    }

    /// Appends the places for `count` new nodes or relationships, in the order of their chunks.
    mutating func allocate(
        _ count: Int, _ kind: EntityKind, _ token: UInt32, _ writer: GraphWriter,
        into ids: inout [UInt64]
    ) throws(GraphError) {
        let key = Key(kind: kind, token: token)
        let home = try home(key, writer.reader.storage)
        var left = count
        while left > 0 {
            guard let chunk = home.open.last else {
                home.open.append(newChunk(kind, token, writer.owned))
                home.taken = SlotSet()
                home.given = nil
                home.next = 0
                changed.insert(key)
                continue
            }
            if home.taken == nil {
                home.taken = try taken(kind, chunk, writer.reader)
                home.given = nil
                home.next = 0
                // A chunk that was opened and left empty is not on disk and has no type there.
                if kind == .relationship { writer.owned.chunkTypes[chunk] = token }
            }
            guard var taken = home.taken else { continue }
            let wanted = left
            let given = given(kind, chunk)
            while left > 0 {
                let slot = taken.firstMissing(from: home.next)
                guard slot < GraphLimits.slotsPerChunk else { break }
                taken.insert(slot)
                given.slots.insert(slot)
                home.next = slot + 1
                ids.append(ChunkID(rawValue: chunk).rawID(slot: slot))
                left -= 1
            }
            if left < wanted { home.taken = taken }
            if left > 0 {
                home.open.removeLast()
                home.forgetPlaces()
                changed.insert(key)
            }
        }
    }

    /// A home as this transaction has it.
    private mutating func home(
        _ key: Key, _ storage: StorageReader
    ) throws(GraphError) -> Home {
        if let known = homes[key] { return known }
        let loaded = try load(key, storage)
        homes[key] = loaded
        return loaded
    }

    private func taken(
        _ kind: EntityKind, _ chunk: UInt64, _ reader: GraphReader
    ) throws(GraphError) -> SlotSet {
        let step = reader.cache.enter()
        defer { reader.cache.leave(step) }
        var taken = try reader.baseChunk(kind, chunk).alive
        let own = kind == .node ? givenNodes[chunk] : givenRelationships[chunk]
        if let own { taken.formUnion(own.slots) }
        if let changed = reader.pending?.chunk(kind, chunk) {
            changed.forEachState { slot, _, _ in taken.insert(slot) }
        }
        return taken
    }

    private func newChunk(
        _ kind: EntityKind, _ token: UInt32, _ owned: GraphReader.OwnedState
    ) -> UInt64 {
        if kind == .node {
            owned.nodeChunkCount += 1
            return owned.nodeChunkCount - 1
        }
        owned.relationshipChunkCount += 1
        owned.chunkTypes[owned.relationshipChunkCount - 1] = token
        return owned.relationshipChunkCount - 1
    }

    /// Adds a chunk that has room to a home, to be filled after the ones it has.
    mutating func reopen(
        _ kind: EntityKind, _ token: UInt32, _ chunk: UInt64, _ storage: StorageReader
    ) throws(GraphError) {
        let key = Key(kind: kind, token: token)
        let home = try home(key, storage)
        if !home.open.contains(chunk) {
            home.open.insert(chunk, at: 0)
            if home.open.count == 1 { home.forgetPlaces() }
            changed.insert(key)
        }
    }

    /// Makes a chunk the one that a home fills next.
    mutating func open(
        _ kind: EntityKind, _ token: UInt32, _ chunk: UInt64, _ storage: StorageReader
    ) throws(GraphError) {
        let key = Key(kind: kind, token: token)
        let home = try home(key, storage)
        home.open.append(chunk)
        home.forgetPlaces()
        changed.insert(key)
    }

    private func load(_ key: Key, _ storage: StorageReader) throws(GraphError) -> Home {
        let stored = try storageCall { () throws(StorageError) in
            try storage.value(in: KeySpaces.homes, forKey: KeySpaces.home(key.kind, key.token))
        }
        var open: [UInt64] = []
        try (stored ?? []).withUnsafeBufferPointer { bytes throws(GraphError) in
            var reader = ByteReader(UnsafeRawBufferPointer(bytes))
            while !reader.isAtEnd { open.append(try reader.varint()) }
        }
        return Home(open: open)
    }

    func store(in transaction: WriteTransaction) throws(GraphError) {
        for key in changed {
            var value: [UInt8] = []
            for chunk in homes[key]?.open ?? [] { value.appendVarint(chunk) }
            try storageCall { () throws(StorageError) in
                try transaction.put(
                    KeySpaces.home(key.kind, key.token), value, in: KeySpaces.homes)
            }
        }
    }
}
