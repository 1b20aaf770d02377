import CShims

/// A tree page, leaf or branch, as it lies in memory and on disk.
///
/// Little-endian; never change:
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 1 | kind: 1 leaf, 2 branch |
/// | 1 | 1 | level: 0 for leaves |
/// | 2 | 2 | number of entries |
/// | 4 | 2 | length of the prefix that all keys share |
/// | 6 | 2 | offset of the lowest cell |
/// | 8 | 2 | bytes of cells no longer in use |
/// | 10 | 2 | offset of the slots: 24 + prefix, rounded up to a multiple of 8 |
/// | 12 | 4 | the tree's number |
/// | 16 | 8 | the commit that wrote the page |
/// | 24 | | prefix, then slots of 8 bytes, then free space, then cells up to the page's end |
///
/// A slot: offset of the cell (2), length of the key without the prefix (2), first four bytes of
/// that as a number that orders like them (4). A leaf cell: length of the value (2; the top bit
/// marks an extent reference instead of the value), key without prefix, value. A branch cell:
/// reference to the child (12), key without prefix. The first key of a branch is empty and stands
/// for everything less than the second.
struct PageView {
    static let headerByteCount = 24
    static let slotByteCount = 8
    static let leafKind: UInt8 = 1
    static let branchKind: UInt8 = 2
    static let leafKeyOffset = 2
    static let branchKeyOffset = 12
    static let overflowBit: UInt16 = 0x8000

    let base: UnsafeRawPointer

    @inline(__always)
    init(_ base: UnsafeRawPointer) { self.base = base }

    @inline(__always)
    var kind: UInt8 { base.load(as: UInt8.self) }
    @inline(__always)
    var level: UInt8 { base.load(fromByteOffset: 1, as: UInt8.self) }
    @inline(__always)
    var isLeaf: Bool { kind == Self.leafKind }
    @inline(__always)
    var count: Int { Int(kith_load16(base + 2)) }
    @inline(__always)
    var prefixLength: Int { Int(kith_load16(base + 4)) }
    @inline(__always)
    var cellStart: Int { Int(kith_load16(base + 6)) }
    @inline(__always)
    var garbage: Int { Int(kith_load16(base + 8)) }
    @inline(__always)
    var slotsOffset: Int { Int(kith_load16(base + 10)) }
    var tree: UInt32 { kith_load32(base + 12) }
    var commit: UInt64 { kith_load64(base + 16) }
    @inline(__always)
    var prefix: UnsafeRawPointer { base + Self.headerByteCount }
    @inline(__always)
    var keyOffset: Int { isLeaf ? Self.leafKeyOffset : Self.branchKeyOffset }

    @inline(__always)
    func slot(_ index: Int) -> UnsafeRawPointer { base + (slotsOffset &+ index &* 8) }
    @inline(__always)
    func cell(_ index: Int) -> UnsafeRawPointer { base + Int(kith_load16(slot(index))) }
    @inline(__always)
    func suffixLength(_ index: Int) -> Int { Int(kith_load16(slot(index) + 2)) }
    @inline(__always)
    func suffix(_ index: Int) -> UnsafeRawPointer { cell(index) + keyOffset }

    /// The child of a branch entry.
    @inline(__always)
    func child(_ index: Int) -> PageReference { PageReference(at: cell(index)) }

    /// The length and the overflow bit of a leaf entry's value.
    @inline(__always)
    func valueTag(_ index: Int) -> UInt16 { kith_load16(cell(index)) }
    @inline(__always)
    func valueLength(_ index: Int) -> Int { Int(valueTag(index) & ~Self.overflowBit) }
    @inline(__always)
    func valueIsOverflow(_ index: Int) -> Bool { valueTag(index) & Self.overflowBit != 0 }
    @inline(__always)
    func valueBytes(_ index: Int) -> UnsafeRawPointer {
        cell(index) + (Self.leafKeyOffset &+ suffixLength(index))
    }

    /// The bytes of an entry's cell.
    @inline(__always)
    func cellLength(_ index: Int) -> Int {
        keyOffset &+ suffixLength(index) &+ (isLeaf ? valueLength(index) : 0)
    }

    /// The first entry whose key is not less than `key`, times 2, plus 1 if it is equal.
    ///
    /// In a branch the first entry, whose key is below all others, is never the answer.
    @inline(__always)
    func lowerBound(_ key: UnsafeRawBufferPointer) -> Int {
        let bytes = key.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
        let first = isLeaf ? 0 : 1
        let shared = prefixLength
        if shared > 0 {
            let common = min(shared, key.count)
            let order = kith_compare(
                bytes, UInt32(truncatingIfNeeded: common),
                prefix.assumingMemoryBound(to: UInt8.self), UInt32(truncatingIfNeeded: common))
            if order < 0 { return first << 1 }
            if order > 0 { return count << 1 }
            if key.count < shared { return first << 1 }
        }
        return Int(
            kith_lower_bound(
                base.assumingMemoryBound(to: UInt8.self),
                slot(0).assumingMemoryBound(to: UInt8.self),
                UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: count),
                UInt32(truncatingIfNeeded: keyOffset), bytes + shared,
                UInt32(truncatingIfNeeded: key.count &- shared)))
    }

    /// The branch entry whose child may hold `key`.
    @inline(__always)
    func childIndex(for key: UnsafeRawBufferPointer) -> Int {
        let bound = lowerBound(key)
        return (bound >> 1) &- 1 &+ (bound & 1)
    }

    /// Whether laying the leaf out anew would not make it smaller.
    var isTight: Bool {
        guard garbage == 0, count > 1 else { return false }
        let last = count - 1
        guard suffixLength(0) > 0, suffixLength(last) > 0 else { return true }
        return suffix(0).load(as: UInt8.self) != suffix(last).load(as: UInt8.self)
    }

    /// Copies an entry's whole key to `buffer` and returns its length.
    @inline(__always)
    func copyKey(_ index: Int, to buffer: UnsafeMutableRawPointer) -> Int {
        let shared = prefixLength
        let length = suffixLength(index)
        buffer.copyMemory(from: prefix, byteCount: shared)
        (buffer + shared).copyMemory(from: suffix(index), byteCount: length)
        return shared + length
    }

    /// Whether everything lies where it may, so that no later access leaves the page.
    ///
    /// Said once of each page read from the file. The order of keys is the business of the check.
    func isSound(usableByteCount usable: Int, pageSize: Int, level expected: UInt8) -> Bool {
        guard kind == (expected == 0 ? Self.leafKind : Self.branchKind), level == expected else {
            return false
        }
        let count = self.count
        let slots = slotsOffset
        guard prefixLength < usable, slots == (Self.headerByteCount + prefixLength + 7) & ~7,
            count > 0,
            slots + count * Self.slotByteCount <= cellStart, cellStart <= usable
        else { return false }
        let lowest = cellStart
        let keyOffset = self.keyOffset
        let keyMax = StorageLimits.keyLengthMaxInBytes(pageSizeInBytes: pageSize) - prefixLength
        let valueMax = StorageLimits.inlineValueLengthMaxInBytes(pageSizeInBytes: pageSize)
        for index in 0..<count {
            let offset = Int(kith_load16(slot(index)))
            guard offset >= lowest, offset + keyOffset + suffixLength(index) <= usable,
                offset + cellLength(index) <= usable
            else { return false }
            if suffixLength(index) > keyMax { return false }
            if expected == 0, valueLength(index) > valueMax { return false }
            if expected == 0, valueIsOverflow(index),
                valueLength(index) != ExtentReference.encodedByteCount
            {
                return false
            }
            if expected > 0, child(index).isChanged { return false }
        }
        return expected == 0 || suffixLength(0) == 0
    }
}
