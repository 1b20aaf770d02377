import CShims

/// What stands where the next commit's page may come to lie: which commit is the newest so far.
///
/// It is written when a commit is published, and overwritten by the commit page of the next one, so
/// that it never makes the disk write in a second place.
///
/// Offsets, little-endian; never change: magic `KiSgnpst` (0, 8), database id (8, 16), commit (24,
/// 8), last durable commit (32, 8), link of the commit (40, 8), kind (48, 4: 0 it is the newest, 1
/// look in front), zero, checksum of all before (56, 8).
struct Signpost: Equatable {
    static let byteCount = 64
    static let magic: UInt64 = 0x7473_706E_6753_694B

    var commit: UInt64
    var durable: UInt64
    var link: UInt64
    /// Whether a commit in front follows, or is about to.
    var leadsToFront: Bool

    init(at record: CommitRecord, durable: UInt64, leadsToFront: Bool = false) {
        commit = record.number
        link = record.link
        self.durable = durable
        self.leadsToFront = leadsToFront
    }

    init?(at bytes: UnsafeRawPointer, header: FileHeader) {
        guard kith_load64(bytes) == Self.magic, kith_load64(bytes + 8) == header.databaseID.0,
            kith_load64(bytes + 16) == header.databaseID.1,
            kith_checksum(bytes, 56) == kith_load64(bytes + 56)
        else { return nil }
        commit = kith_load64(bytes + 24)
        durable = kith_load64(bytes + 32)
        link = kith_load64(bytes + 40)
        leadsToFront = kith_load32(bytes + 48) != 0
    }

    func encode(into bytes: UnsafeMutableRawPointer, header: FileHeader) {
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
        func put(_ value: UInt64, _ offset: Int) {
            bytes.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
        put(Self.magic, 0)
        put(header.databaseID.0, 8)
        put(header.databaseID.1, 16)
        put(commit, 24)
        put(durable, 32)
        put(link, 40)
        put(leadsToFront ? 1 : 0, 48)
        put(kith_checksum(bytes, 56), 56)
    }
}
