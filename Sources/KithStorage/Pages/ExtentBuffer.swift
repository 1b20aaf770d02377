/// The bytes of one extent value, read and verified; they live as long as this object.
///
/// Aligned to 16 bytes and followed by at least 16 readable zero bytes, so that decoders may load whole words.
public final class ExtentBuffer: @unchecked Sendable {
    // Sendable: the memory is written only before the initializer's caller hands the object out.
    let memory: UnsafeMutableRawBufferPointer

    /// The value's bytes; keep this object alive as long as they are looked at. Of an object that
    /// is not kept in a variable or property, use ``withBytes(_:)``.
    public let bytes: UnsafeRawBufferPointer

    init(byteCount: Int) {
        memory = .allocate(byteCount: byteCount + 16, alignment: 16)
        memory.baseAddress?.advanced(by: byteCount).initializeMemory(
            as: UInt8.self, repeating: 0, count: 16)
        bytes = UnsafeRawBufferPointer(rebasing: memory[..<byteCount])
    }

    /// Calls `body` with the value's bytes.
    @inline(__always)
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(self) { body(bytes) }
    }

    deinit { memory.deallocate() }
}
