/// A copy of some bytes with zeros after them, so that decoders may load whole words.
final class PaddedBytes: @unchecked Sendable {
    // Sendable: written only by its initializer.
    static let paddingInBytes = 16
    let bytes: UnsafeRawBufferPointer
    private let memory: DecodedMemory

    init(_ source: UnsafeRawBufferPointer) {
        memory = DecodedMemory(byteCount: source.count + Self.paddingInBytes)
        bytes = Self.copy(source, to: memory.start)
    }

    deinit { memory.free() }

    /// The memory it takes, for the budget.
    var sizeInBytes: Int { memory.sizeInBytes + 64 }

    /// Copies bytes, with the zeros after them.
    @discardableResult
    static func copy(
        _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer
    ) -> UnsafeRawBufferPointer {
        if let from = source.baseAddress {
            target.copyMemory(from: from, byteCount: source.count)
        }
        (target + source.count).initializeMemory(
            as: UInt8.self, repeating: 0, count: paddingInBytes)
        return UnsafeRawBufferPointer(start: target, count: source.count)
    }
}
