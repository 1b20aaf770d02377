import CShims

/// The fixed places at the front of the file; never change.
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 4096 | header |
/// | 4096 | 3 × 4096 | commit pages |
/// | 16384 | 4096 | published record, in its first 64 bytes |
///
/// Pages follow, numbered in units of the page size from offset 0.
enum FileLayout {
    static let blockByteCount = 4096
    static let commitPageCount = 3
    static let publishedRecordOffset: UInt64 = 16384
    static let frontByteCount = 20480

    static func commitPageOffset(_ slot: Int) -> UInt64 { UInt64(4096 * (slot + 1)) }

    /// Pages that a commit page takes where it lies among the pages.
    static func commitPageCount(pageSize: Int) -> UInt32 {
        UInt32(max(1, blockByteCount / pageSize))
    }

    /// The first page that does not hold any of the above.
    static func firstPage(pageSize: Int) -> UInt32 {
        UInt32((frontByteCount + pageSize - 1) / pageSize)
    }
}

/// What never changes about a database file.
///
/// Offsets in the block, little-endian: magic `KithGrph` (0, 8), format version (8, 4), page size
/// (12, 4), bytes reserved at each page's end (16, 4), zero (20, 4), database id (24, 16), features
/// needed to read (40, 8), features needed to write (48, 8), time of creation in microseconds since
/// 1970 (56, 8), zero, checksum of all before (4088, 8).
struct FileHeader: Sendable, Equatable {
    static let magic: UInt64 = 0x6870_7247_6874_694B
    /// The newest format, in which commits may lie on a runway.
    static let version: UInt32 = 2

    /// The file's own format: files of format 1 are read and written as they were.
    var version = Self.version
    var pageSize: Int
    var reservedByteCount: Int
    var databaseID: (UInt64, UInt64)
    var creationTime: UInt64

    static func == (left: FileHeader, right: FileHeader) -> Bool {
        left.pageSize == right.pageSize && left.databaseID == right.databaseID
    }

    func encode(into block: UnsafeMutableRawPointer) {
        block.initializeMemory(as: UInt8.self, repeating: 0, count: FileLayout.blockByteCount)
        block.storeBytes(of: Self.magic.littleEndian, as: UInt64.self)
        block.storeBytes(of: version.littleEndian, toByteOffset: 8, as: UInt32.self)
        block.storeBytes(of: UInt32(pageSize).littleEndian, toByteOffset: 12, as: UInt32.self)
        block.storeBytes(
            of: UInt32(reservedByteCount).littleEndian, toByteOffset: 16, as: UInt32.self)
        block.storeBytes(of: databaseID.0.littleEndian, toByteOffset: 24, as: UInt64.self)
        block.storeBytes(of: databaseID.1.littleEndian, toByteOffset: 32, as: UInt64.self)
        block.storeBytes(of: creationTime.littleEndian, toByteOffset: 56, as: UInt64.self)
        sealBlock(block)
    }

    /// Reads a header; says precisely why it is not one.
    static func decode(
        _ block: UnsafeRawPointer, forWriting: Bool
    ) throws(StorageError) -> FileHeader {
        guard kith_load64(block) == magic else { throw .notADatabase }
        let version = kith_load32(block + 8)
        guard version <= Self.version else { throw .newerFormat(version: version) }
        guard blockIsSealed(block), version > 0 else { throw .corrupt(page: 0, damage: .checksum) }
        // No feature has been added yet: any is newer than this code.
        guard kith_load64(block + 40) == 0, !forWriting || kith_load64(block + 48) == 0 else {
            throw .newerFormat(version: version)
        }
        let pageSize = Int(kith_load32(block + 12))
        let reserved = Int(kith_load32(block + 16))
        guard StorageLimits.pageSizesInBytes.contains(pageSize), reserved <= 64 else {
            throw .corrupt(page: 0, damage: .structure)
        }
        return FileHeader(
            version: version, pageSize: pageSize, reservedByteCount: reserved,
            databaseID: (kith_load64(block + 24), kith_load64(block + 32)),
            creationTime: kith_load64(block + 56))
    }
}

/// Puts the checksum at the end of a block.
func sealBlock(_ block: UnsafeMutableRawPointer) {
    let end = FileLayout.blockByteCount - 8
    block.storeBytes(of: kith_checksum(block, end).littleEndian, toByteOffset: end, as: UInt64.self)
}

/// Whether a block has the checksum at its end.
func blockIsSealed(_ block: UnsafeRawPointer) -> Bool {
    let end = FileLayout.blockByteCount - 8
    return kith_checksum(block, end) == kith_load64(block + end)
}

/// The newest commits, as the last writer saw them.
///
/// Offsets, little-endian: magic (0, 8), database id (8, 16), last durable commit (24, 8), last
/// visible commit (32, 8), zero (40, 16), checksum of all before (56, 8).
struct PublishedRecord: Equatable, Sendable {
    static let byteCount = 64
    static let magic: UInt64 = 0x6873_6C62_7550_694B

    var durable: UInt64
    var visible: UInt64

    func encode(into bytes: UnsafeMutableRawPointer, header: FileHeader) {
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
        bytes.storeBytes(of: Self.magic.littleEndian, as: UInt64.self)
        bytes.storeBytes(of: header.databaseID.0.littleEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: header.databaseID.1.littleEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: durable.littleEndian, toByteOffset: 24, as: UInt64.self)
        bytes.storeBytes(of: visible.littleEndian, toByteOffset: 32, as: UInt64.self)
        bytes.storeBytes(
            of: kith_checksum(bytes, 56).littleEndian, toByteOffset: 56, as: UInt64.self)
    }

    init(durable: UInt64, visible: UInt64) {
        self.durable = durable
        self.visible = visible
    }

    init?(at bytes: UnsafeRawPointer, header: FileHeader) {
        guard kith_load64(bytes) == Self.magic, kith_load64(bytes + 8) == header.databaseID.0,
            kith_load64(bytes + 16) == header.databaseID.1,
            kith_checksum(bytes, 56) == kith_load64(bytes + 56)
        else { return nil }
        durable = kith_load64(bytes + 24)
        visible = kith_load64(bytes + 32)
        guard durable <= visible else { return nil }
    }
}
