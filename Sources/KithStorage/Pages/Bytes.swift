extension [UInt8] {
    /// The array's bytes, with the error type of `body`, which `withUnsafeBytes` forgets.
    @inline(__always)
    func withRawBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try withUnsafeBufferPointer { buffer throws(StorageError) in
            try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
