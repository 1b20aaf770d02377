import CShims
import Glibc

/// The UTF-8 bytes of a string, kept alive by the vector that holds the view.
///
/// Passed between threads only with the vector that owns the bytes.
struct StringView: @unchecked Sendable {
    /// The first byte; any address where ``count`` is 0.
    let start: UnsafePointer<UInt8>
    /// How many bytes.
    let count: Int

    /// The empty string.
    static let empty = StringView(start: emptyByte, count: 0)
    // Never freed: every empty view points to it.
    private nonisolated(unsafe) static let emptyByte: UnsafePointer<UInt8> = {
        let byte = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()

    /// Compares bytes: negative when the left is smaller, 0 when equal, positive otherwise.
    @inline(__always)
    static func compare(_ left: StringView, _ right: StringView) -> Int {
        let common = min(left.count, right.count)
        let order = common == 0 ? 0 : Int(memcmp(left.start, right.start, common))
        return order != 0 ? order : left.count - right.count
    }

    /// Whether both hold the same bytes.
    @inline(__always)
    static func equal(_ left: StringView, _ right: StringView) -> Bool {
        left.count == right.count
            && (left.count == 0 || memcmp(left.start, right.start, left.count) == 0)
    }

    /// The bytes.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// A Swift string of the bytes.
    var string: String { String(decoding: bytes, as: UTF8.self) }
}

/// Memory for the bytes of strings that a vector made itself; freed with its last owner.
///
/// Grows by blocks, so that views into earlier blocks stay valid. Not Sendable while it is written;
/// afterwards only read.
final class StringArena {
    private var blocks: [UnsafeMutablePointer<UInt8>] = []
    private var next: UnsafeMutablePointer<UInt8>?
    private var remaining = 0
    /// The first block is small, because most vectors of made strings are; later ones grow.
    private var nextBlockSizeInBytes = 256
    private static let blockSizeMaxInBytes = 16 * 1024

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Copies `bytes` and returns the view of the copy.
    func store(_ bytes: UnsafeBufferPointer<UInt8>) -> StringView {
        let target = reserve(bytes.count)
        if let source = bytes.baseAddress, bytes.count > 0 {
            target.update(from: source, count: bytes.count)
        }
        return StringView(start: UnsafePointer(target), count: bytes.count)
    }

    /// Copies the UTF-8 bytes of `string` and returns the view of the copy.
    func store(_ string: String) -> StringView {
        var copy = string
        return copy.withUTF8 { store($0) }
    }

    private func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let next, remaining >= count {
            self.next = next + count
            remaining -= count
            return next
        }
        let size = max(count, nextBlockSizeInBytes)
        nextBlockSizeInBytes = min(nextBlockSizeInBytes * 4, Self.blockSizeMaxInBytes)
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: max(size, 1))
        blocks.append(block)
        next = block + count
        remaining = size - count
        return block
    }
}
