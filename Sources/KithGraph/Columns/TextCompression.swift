import CZstd
import KithValues

/// Compresses the texts of segments with zstd.
///
/// What zstd works with is kept for the next: to make it anew takes as long as many a segment.
enum TextCompression {
    /// What is kept and nobody uses now.
    private struct Kept: @unchecked Sendable {
        // Sendable: each belongs to who took it out.
        var compressors: [OpaquePointer] = []
        var decompressors: [OpaquePointer] = []
    }

    private static let kept = Guarded(Kept())
    /// No more of each kind are kept.
    private static let keptMax = 2

    /// The compressed form; nil where the bytes cannot be compressed.
    static func compress(_ source: UnsafeRawBufferPointer) -> [UInt8]? {
        guard
            let context = kept.withLock({ $0.compressors.popLast() }) ?? ZSTD_createCCtx()
        else { return nil }
        defer {
            let isKept = kept.withLock { kept in
                guard kept.compressors.count < keptMax else { return false }
                kept.compressors.append(context)
                return true
            }
            if !isKept { ZSTD_freeCCtx(context) }
        }
        let bound = ZSTD_compressBound(source.count)
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, initialized in
            let size = ZSTD_compressCCtx(
                context, buffer.baseAddress, bound, source.baseAddress, source.count, 1)
            initialized = ZSTD_isError(size) == 0 ? size : 0
        }
        return compressed.isEmpty ? nil : compressed
    }

    /// Decompresses to exactly `count` bytes; false where that is not what they are.
    static func decompress(
        _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer, count: Int
    ) -> Bool {
        guard
            let context = kept.withLock({ $0.decompressors.popLast() }) ?? ZSTD_createDCtx()
        else { return false }
        let size = ZSTD_decompressDCtx(
            context, target, count, source.baseAddress, source.count)
        let isKept = kept.withLock { kept in
            guard kept.decompressors.count < keptMax else { return false }
            kept.decompressors.append(context)
            return true
        }
        if !isKept { ZSTD_freeDCtx(context) }
        return ZSTD_isError(size) == 0 && size == count
    }
}
