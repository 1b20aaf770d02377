/// A copy of some bytes with zeros after them, so that decoders may load whole words.
final class PaddedBytes: @unchecked Sendable {
    // Sendable: written only by its initializer.
    static let paddingInBytes = 16
    let bytes: UnsafeRawBufferPointer
    private let memory: UnsafeMutableRawBufferPointer

    init(_ source: UnsafeRawBufferPointer) {
        memory = .allocate(byteCount: source.count + Self.paddingInBytes, alignment: 16)
        if let base = memory.baseAddress {
            if let from = source.baseAddress {
                base.copyMemory(from: from, byteCount: source.count)
            }
            (base + source.count).initializeMemory(
                as: UInt8.self, repeating: 0, count: Self.paddingInBytes)
        }
        bytes = UnsafeRawBufferPointer(rebasing: memory[..<source.count])
    }

    deinit { memory.deallocate() }
}
