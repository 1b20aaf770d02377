import CShims

/// Memory for a column of a batch, or for numbers of its rows: whoever asks for it frees it, on any
/// thread.
///
/// Blocks of a column's usual size are kept by the thread that frees them for its next ones: batches
/// follow each other by the thousand, and the allocator of the process would take such blocks from what
/// all threads share.
struct BlockMemory {
    let start: UnsafeMutableRawPointer
    /// The class of blocks it is of; -1 where the process's allocator has made it.
    private let blockClass: Int8

    /// Memory for so many bytes, with anything in it, aligned to 16 bytes.
    init(byteCount: Int) {
        let blockClass = kith_block_class(byteCount)
        self.blockClass = Int8(truncatingIfNeeded: blockClass)
        start =
            blockClass >= 0
            ? kith_block_take(blockClass)
            : UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 16)
    }

    /// Memory for so many elements, with anything in it.
    init<Element: BitwiseCopyable>(_ type: Element.Type, count: Int) {
        self.init(byteCount: count * MemoryLayout<Element>.stride)
    }

    /// Gives the memory back.
    func free() {
        if blockClass >= 0 {
            kith_block_give(start, Int32(blockClass))
        } else {
            start.deallocate()
        }
    }
}
