import CShims

extension TreeSpace {
    /// Reads and verifies a long value.
    func readExtent(_ reference: ExtentReference) throws(StorageError) -> ExtentBuffer {
        let count = Int(reference.byteCount)
        guard count <= StorageLimits.valueLengthMaxInBytes else {
            throw .corrupt(page: UInt64(reference.page), damage: .structure)
        }
        let offset =
            UInt64(reference.page) * UInt64(file.pageSize) + UInt64(reference.offsetInPage)
        let result = ExtentBuffer(byteCount: count)
        let memory = UnsafeMutableRawBufferPointer(rebasing: result.memory[..<count])
        if let open = openExtent, reference.page >= open.firstPage,
            Int(reference.page) < Int(open.firstPage) + open.pageCount
        {
            let start = Int(offset) - Int(open.firstPage) * file.pageSize
            guard start + count <= open.usedByteCount else {
                throw .corrupt(page: UInt64(reference.page), damage: .structure)
            }
            memory.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: open.buffer[start..<start + count]))
            return result
        }
        if count > 0 { try file.read(into: memory, at: offset) }
        guard kith_checksum(memory.baseAddress, count) == reference.checksum else {
            throw .corrupt(page: UInt64(reference.page), damage: .checksum)
        }
        return result
    }
}
