import CShims

/// Where a tree page lies and the checksum that it must have.
///
/// While a transaction runs, a page that it changed has no place yet: the top bit of ``page`` is
/// set and the rest is its number among the changed pages.
struct PageReference: Hashable, Sendable {
    var page: UInt32
    var checksum: UInt64

    /// The length of the form in branch cells: page, then checksum, little-endian.
    static let encodedByteCount = 12
    static let changedBit: UInt32 = 0x8000_0000

    @inline(__always)
    init(page: UInt32, checksum: UInt64) {
        self.page = page
        self.checksum = checksum
    }

    @inline(__always)
    init(changedPage index: Int) {
        page = Self.changedBit | UInt32(truncatingIfNeeded: index)
        checksum = 0
    }

    @inline(__always)
    init(at pointer: UnsafeRawPointer) {
        page = kith_load32(pointer)
        checksum = kith_load64(pointer + 4)
    }

    @inline(__always)
    func store(at pointer: UnsafeMutableRawPointer) {
        pointer.storeBytes(of: page.littleEndian, as: UInt32.self)
        pointer.storeBytes(of: checksum.littleEndian, toByteOffset: 4, as: UInt64.self)
    }

    @inline(__always)
    var isChanged: Bool { page & Self.changedBit != 0 }

    @inline(__always)
    var changedIndex: Int { Int(page & ~Self.changedBit) }
}

/// The root of one tree.
///
/// On disk, 24 bytes, little-endian; never change: page (4), height (1), zero (3), checksum (8),
/// number of entries (8). Height 0 is the empty tree, 1 a single leaf.
struct TreeRoot: Hashable, Sendable {
    var reference: PageReference
    var height: UInt8
    var entryCount: UInt64

    static let encodedByteCount = 24
    /// More levels than any file can have; a higher root is damaged.
    static let heightMax: UInt8 = 32

    static let empty = TreeRoot(
        reference: PageReference(page: 0, checksum: 0), height: 0, entryCount: 0)

    @inline(__always)
    var isEmpty: Bool { height == 0 }

    init(reference: PageReference, height: UInt8, entryCount: UInt64) {
        self.reference = reference
        self.height = height
        self.entryCount = entryCount
    }

    init(at pointer: UnsafeRawPointer) {
        reference = PageReference(page: kith_load32(pointer), checksum: kith_load64(pointer + 8))
        height = pointer.load(fromByteOffset: 4, as: UInt8.self)
        entryCount = kith_load64(pointer + 16)
    }

    func store(at pointer: UnsafeMutableRawPointer) {
        pointer.storeBytes(of: reference.page.littleEndian, as: UInt32.self)
        pointer.storeBytes(of: UInt32(height).littleEndian, toByteOffset: 4, as: UInt32.self)
        pointer.storeBytes(of: reference.checksum.littleEndian, toByteOffset: 8, as: UInt64.self)
        pointer.storeBytes(of: entryCount.littleEndian, toByteOffset: 16, as: UInt64.self)
    }
}
