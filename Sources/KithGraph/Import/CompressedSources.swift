import CZlib
import CZstd

/// Unpacks a gzip file of any number of members.
final class GzipSource: ByteSource {
    private static let inputSizeInBytes = 128 << 10

    private let file: FileSource
    private let input = UnsafeMutableRawBufferPointer.allocate(
        byteCount: GzipSource.inputSizeInBytes, alignment: 16)
    /// On the heap, because zlib keeps a pointer back to it.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isAtMemberStart = true

    /// Unpacks `file` from its start.
    init(_ file: FileSource) throws(ImportError) {
        self.file = file
        stream.initialize(to: z_stream())
        let windowBitsWithGzipHeader: Int32 = 15 + 16
        let status = inflateInit2_(
            stream, windowBitsWithGzipHeader, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw ImportError(.limitExceeded, "no memory to unpack it", file: file.path)
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    override var bytesConsumed: Int { file.bytesConsumed }

    override func read(into target: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(clamping: target.count)
        let capacity = stream.pointee.avail_out
        while stream.pointee.avail_out == capacity {
            if stream.pointee.avail_in == 0 {
                let count = try file.read(into: input)
                if count == 0 {
                    guard isAtMemberStart else {
                        throw ImportError(
                            .damagedFile, "ends inside its gzip data", file: file.path)
                    }
                    return 0
                }
                stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_in = UInt32(count)
            }
            isAtMemberStart = false
            let status = inflate(stream, Z_NO_FLUSH)
            if status == Z_STREAM_END {
                inflateReset(stream)
                isAtMemberStart = true
            } else if status != Z_OK && status != Z_BUF_ERROR {
                throw ImportError(.damagedFile, "holds damaged gzip data", file: file.path)
            }
        }
        return Int(capacity - stream.pointee.avail_out)
    }
}

/// Unpacks a zstd file of any number of frames.
final class ZstdSource: ByteSource {
    private let file: FileSource
    private let stream: OpaquePointer
    private let input = UnsafeMutableRawBufferPointer.allocate(
        byteCount: ZSTD_DStreamInSize(), alignment: 16)
    private var inputCount = 0
    private var inputPosition = 0
    private var isAtFrameEnd = true

    /// Unpacks `file` from its start.
    init(_ file: FileSource) throws(ImportError) {
        self.file = file
        guard let stream = ZSTD_createDStream() else {
            throw ImportError(.limitExceeded, "no memory to unpack it", file: file.path)
        }
        self.stream = stream
    }

    deinit {
        ZSTD_freeDStream(stream)
        input.deallocate()
    }

    override var bytesConsumed: Int { file.bytesConsumed }

    override func read(into target: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        while output.pos == 0 {
            if inputPosition == inputCount {
                inputCount = try file.read(into: input)
                inputPosition = 0
            }
            if inputCount == 0, isAtFrameEnd { return 0 }
            var source = ZSTD_inBuffer(src: input.baseAddress, size: inputCount, pos: inputPosition)
            let status = ZSTD_decompressStream(stream, &output, &source)
            guard ZSTD_isError(status) == 0 else {
                throw ImportError(.damagedFile, "holds damaged zstd data", file: file.path)
            }
            inputPosition = source.pos
            isAtFrameEnd = status == 0
            if inputCount == 0, output.pos == 0, !isAtFrameEnd {
                throw ImportError(.damagedFile, "ends inside its zstd data", file: file.path)
            }
        }
        return output.pos
    }
}
