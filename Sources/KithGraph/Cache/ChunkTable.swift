import Synchronization

/// Finds what is decoded of a chunk by its number: two levels, no search and no lock.
final class ChunkTable: @unchecked Sendable {
    // Sendable: nothing changes after the initializer but the places, which are atomic.

    /// Every commit copies the leaf of a chunk that it changed, and the list of all leaves: both are short.
    static let leafBits: UInt64 = 5
    static let leafSize = 1 << 5

    /// The number of chunks that the table has places for.
    let chunkCount: UInt64
    private let leaves: [ChunkTableLeaf]
    /// The same leaves, to be read without counting references.
    private let fastLeaves: UnsafeMutablePointer<Unmanaged<ChunkTableLeaf>>
    /// For a table of lists, the one of the same chunks where they are kept packed, which this holds.
    private let packedTable = Atomic<UnsafeRawPointer?>(nil)

    /// The places of ``packedTable``, which is made when it is first asked for.
    fileprivate var packedPlaces: ChunkPlaces {
        let known = packedTable.load(ordering: .acquiring)
        return Self.table(known ?? keep(ChunkTable(chunkCount: chunkCount)))
            ._withUnsafeGuaranteedRef { $0.places }
    }

    private static func table(_ known: UnsafeRawPointer) -> Unmanaged<ChunkTable> {
        Unmanaged<ChunkTable>.fromOpaque(known)
    }

    /// Keeps a table of packed lists, unless there is one by now; gives the one there is.
    private func keep(_ made: ChunkTable) -> UnsafeRawPointer {
        let new = Unmanaged.passRetained(made)
        let bits = UnsafeRawPointer(new.toOpaque())
        let (isExchanged, other) = packedTable.compareExchange(
            expected: nil, desired: bits, ordering: .acquiringAndReleasing)
        guard !isExchanged, let other else { return bits }
        new.release()
        return other
    }

    convenience init(chunkCount: UInt64) {
        let leafCount = (chunkCount + UInt64(Self.leafSize) - 1) >> Self.leafBits
        self.init(chunkCount: chunkCount, leaves: (0..<leafCount).map { _ in ChunkTableLeaf() })
    }

    private init(chunkCount: UInt64, leaves: [ChunkTableLeaf]) {
        self.chunkCount = chunkCount
        self.leaves = leaves
        fastLeaves = .allocate(capacity: max(leaves.count, 1))
        for (index, leaf) in leaves.enumerated() {
            (fastLeaves + index).initialize(to: Unmanaged.passUnretained(leaf))
        }
    }

    deinit {
        fastLeaves.deallocate()
        if let known = packedTable.load(ordering: .relaxed) { Self.table(known).release() }
    }

    /// The places, for as long as this table is there.
    var places: ChunkPlaces {
        ChunkPlaces(chunkCount: chunkCount, leaves: fastLeaves, table: .passUnretained(self))
    }

    /// What is published for a chunk, to be used within the present step only; nil where nothing is.
    @inline(__always)
    func load(_ chunk: UInt64) -> UnsafeRawPointer? { places.load(chunk) }

    /// The table of a later view, in which `changed` chunks must be read anew and the rest is shared.
    func successor(chunkCount newCount: UInt64, changed: Set<UInt64>) -> ChunkTable {
        if changed.isEmpty, newCount == chunkCount { return self }
        let leafCount = Int((newCount + UInt64(Self.leafSize) - 1) >> Self.leafBits)
        var successorLeaves = leaves
        successorLeaves.removeLast(max(leaves.count - leafCount, 0))
        for chunk in changed {
            let index = Int(chunk >> Self.leafBits)
            guard index < successorLeaves.count else { continue }
            if successorLeaves[index] === leaves[index] {
                successorLeaves[index] = ChunkTableLeaf(copying: leaves[index])
            }
            successorLeaves[index].renew(Int(chunk & UInt64(Self.leafSize - 1)))
        }
        while successorLeaves.count < leafCount { successorLeaves.append(ChunkTableLeaf()) }
        let successor = ChunkTable(chunkCount: newCount, leaves: successorLeaves)
        if let known = packedTable.load(ordering: .acquiring) {
            let packed = Self.table(known).takeUnretainedValue()
            _ = successor.keep(packed.successor(chunkCount: newCount, changed: changed))
        }
        return successor
    }

    /// The place of a chunk that the table covers.
    @inline(__always)
    func place(_ chunk: UInt64) -> ChunkPlace { places.place(chunk) }
}

/// The places of a ``ChunkTable``, handed on and read without counting a reference to it, which all
/// threads would do on the same word. Valid while the table is there.
struct ChunkPlaces {
    /// The number of chunks that there are places for.
    let chunkCount: UInt64
    // Unmanaged: the table whose places these are holds its leaves.
    fileprivate let leaves: UnsafeMutablePointer<Unmanaged<ChunkTableLeaf>>
    fileprivate let table: Unmanaged<ChunkTable>

    /// The places of the same chunks' lists where they are kept packed.
    var packed: ChunkPlaces { table._withUnsafeGuaranteedRef { $0.packedPlaces } }

    /// What is published for a chunk, to be used within the present step only; nil where nothing is.
    @inline(__always)
    func load(_ chunk: UInt64) -> UnsafeRawPointer? {
        guard chunk < chunkCount else { return nil }
        return leaves[Int(truncatingIfNeeded: chunk &>> ChunkTable.leafBits)]
            ._withUnsafeGuaranteedRef {
                $0.load(Int(truncatingIfNeeded: chunk & UInt64(ChunkTable.leafSize - 1)))
            }
    }

    /// The place of a chunk that is covered.
    @inline(__always)
    func place(_ chunk: UInt64) -> ChunkPlace {
        leaves[Int(truncatingIfNeeded: chunk &>> ChunkTable.leafBits)]
            ._withUnsafeGuaranteedRef {
                $0.place(Int(truncatingIfNeeded: chunk & UInt64(ChunkTable.leafSize - 1)))
            }
    }
}

/// The places of a few chunks that follow each other.
final class ChunkTableLeaf: @unchecked Sendable {
    // Sendable: the pointers never change, and what they point to is Sendable.
    private let places: UnsafeMutablePointer<Unmanaged<ChunkPlace>>

    init() {
        places = .allocate(capacity: ChunkTable.leafSize)
        for index in 0..<ChunkTable.leafSize {
            (places + index).initialize(to: Unmanaged.passRetained(ChunkPlace()))
        }
    }

    init(copying other: ChunkTableLeaf) {
        places = .allocate(capacity: ChunkTable.leafSize)
        for index in 0..<ChunkTable.leafSize {
            (places + index).initialize(to: other.places[index].retain())
        }
    }

    /// Gives a chunk a new place, where nothing is published. Before anybody else sees this leaf.
    fileprivate func renew(_ index: Int) {
        places[index].release()
        places[index] = Unmanaged.passRetained(ChunkPlace())
    }

    deinit {
        for index in 0..<ChunkTable.leafSize { places[index].release() }
        places.deallocate()
    }

    @inline(__always)
    func load(_ index: Int) -> UnsafeRawPointer? {
        places[index]._withUnsafeGuaranteedRef { $0.load() }
    }

    @inline(__always)
    func place(_ index: Int) -> ChunkPlace { places[index]._withUnsafeGuaranteedRef { $0 } }
}
