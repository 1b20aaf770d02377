/// The bytes of one extent value, read and verified; they live as long as this object.
///
/// Aligned to 16 bytes and followed by at least 16 readable zero bytes, so that decoders may load whole words.
public final class ExtentBuffer: @unchecked Sendable {
    // Sendable: the memory is written only before the initializer's caller hands the object out.
    let memory: UnsafeMutableRawBufferPointer

    /// The value's bytes.
    public let bytes: UnsafeRawBufferPointer

    init(byteCount: Int) {
        memory = .allocate(byteCount: byteCount + 16, alignment: 16)
        memory.baseAddress?.advanced(by: byteCount).initializeMemory(
            as: UInt8.self, repeating: 0, count: 16)
        bytes = UnsafeRawBufferPointer(rebasing: memory[..<byteCount])
    }

    deinit { memory.deallocate() }
}
