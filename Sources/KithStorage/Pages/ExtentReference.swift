/// Where a long value lies, and the checksum that its bytes must have.
///
/// On disk, 18 bytes, little-endian; never change:
///
/// | offset | bytes | what |
/// | --- | --- | --- |
/// | 0 | 4 | page the value begins in |
/// | 4 | 2 | offset of its first byte in that page |
/// | 6 | 4 | length in bytes |
/// | 10 | 8 | checksum of the bytes |
public struct ExtentReference: Hashable, Sendable {
    /// The page that the value begins in.
    public let page: UInt32
    /// The offset of the first byte in that page.
    public let offsetInPage: UInt16
    /// The length of the value in bytes.
    public let byteCount: UInt32
    /// The checksum of the value's bytes.
    public let checksum: UInt64

    /// The length of the encoded form.
    public static let encodedByteCount = 18

    init(page: UInt32, offsetInPage: UInt16, byteCount: UInt32, checksum: UInt64) {
        self.page = page
        self.offsetInPage = offsetInPage
        self.byteCount = byteCount
        self.checksum = checksum
    }

    /// Reads the encoded form, or returns nil when there are too few bytes.
    public init?(encoded bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.encodedByteCount else { return nil }
        page = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        offsetInPage = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
        byteCount = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt32.self))
        checksum = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 10, as: UInt64.self))
    }

    /// Appends the encoded form.
    public func appendEncoded(to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Self.encodedByteCount, alignment: 8) { buffer in
            encode(into: buffer)
            bytes.append(contentsOf: buffer)
        }
    }

    /// Writes the encoded form to the front of `buffer`, which must have room for it.
    public func encode(into buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= Self.encodedByteCount, "no room for an extent reference")
        buffer.storeBytes(of: page.littleEndian, toByteOffset: 0, as: UInt32.self)
        buffer.storeBytes(of: offsetInPage.littleEndian, toByteOffset: 4, as: UInt16.self)
        buffer.storeBytes(of: byteCount.littleEndian, toByteOffset: 6, as: UInt32.self)
        buffer.storeBytes(of: checksum.littleEndian, toByteOffset: 10, as: UInt64.self)
    }
}
