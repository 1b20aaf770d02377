import CShims

/// The commit that a file shows.
struct ChosenCommit {
    let record: CommitRecord
    /// The newest commit known to be on the disk.
    let durable: UInt64
    /// What that one says may be reused.
    let reusable: UInt64
    /// The commits in the commit pages, 0 where there is none.
    let slots: [UInt64]
}

extension StorageEngine {
    /// Writes a new, empty database.
    package static func writeNewDatabase(
        to file: any StorageFile, options: StorageOptions, format: UInt32 = FileHeader.version
    ) throws(StorageError) {
        guard StorageLimits.pageSizesInBytes.contains(options.pageSizeInBytes) else {
            throw .invalidOptions
        }
        let header = FileHeader(
            version: format, pageSize: options.pageSizeInBytes, reservedByteCount: 0,
            databaseID: (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max)),
            creationTime: wallClockTime())
        let firstPage = FileLayout.firstPage(pageSize: header.pageSize)
        let pageCount = firstPage + UInt32(StorageLimits.reservePageCount)
        let record = CommitRecord(
            number: 1, time: header.creationTime, filePageCount: pageCount, freePageCount: 0,
            reserve: PageRun(start: firstPage, count: UInt32(StorageLimits.reservePageCount)),
            allocationHint: 0, reusable: 1,
            counters: [UInt64](repeating: 0, count: StorageLimits.counterCount),
            roots: [TreeRoot](repeating: .empty, count: SystemTree.rootCount), manifest: [])
        let front = UnsafeMutableRawBufferPointer.allocate(
            byteCount: FileLayout.frontByteCount, alignment: 4096)
        defer { front.deallocate() }
        front.initializeMemory(as: UInt8.self, repeating: 0)
        let base = front.baseAddress.unsafelyUnwrapped
        header.encode(into: base)
        for slot in 0..<FileLayout.commitPageCount {
            record.encode(into: base + Int(FileLayout.commitPageOffset(slot)), header: header)
        }
        PublishedRecord(durable: 1, visible: 1).encode(
            into: base + Int(FileLayout.publishedRecordOffset), header: header)
        try file.grow(
            from: 0, to: UInt64(pageCount) * UInt64(header.pageSize), zeroing: true)
        try file.write([UnsafeRawBufferPointer(front)], at: 0)
        try file.sync()
    }

    /// Opens the database in `file`; others may have it open too where it `isShared`.
    package static func open(
        file: any StorageFile, options: StorageOptions, isShared: Bool = true,
        now: @escaping @Sendable () -> UInt64 = wallClockTime
    ) throws(StorageError) -> StorageEngine {
        let isReadOnly = options.isReadOnly || options.isImmutable
        let header = try readHeader(of: file, forWriting: !isReadOnly)
        let door = DatabaseFile(
            file: file, pageSize: header.pageSize, reservedByteCount: header.reservedByteCount)
        let recovery = Recovery(file: door, header: header)
        let chosen: ChosenCommit
        if isReadOnly {
            chosen = try recovery.choose(
                trustsRecord: !options.isImmutable && file.writerHolder() != 0)
        } else {
            chosen = try chooseForWriting(recovery, file: file, options: options)
        }
        return try StorageEngine(
            file: door, header: header, options: options, isShared: isShared, now: now,
            chosen: chosen)
    }

    private static func readHeader(
        of file: any StorageFile, forWriting: Bool
    ) throws(StorageError) -> FileHeader {
        let size = try file.size()
        guard size > 0 else { throw .emptyFile }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: FileLayout.blockByteCount, alignment: 4096)
        defer { block.deallocate() }
        guard try file.read(into: block, at: 0) == block.count else { throw .notADatabase }
        let header = try FileHeader.decode(
            UnsafeRawPointer(block.baseAddress.unsafelyUnwrapped), forWriting: forWriting)
        guard size >= UInt64(FileLayout.frontByteCount) else {
            throw .corrupt(page: 0, damage: .truncated)
        }
        return header
    }

    /// Recovers the file, or, while another process writes, believes the published record.
    private static func chooseForWriting(
        _ recovery: Recovery, file: any StorageFile, options: StorageOptions
    ) throws(StorageError) -> ChosenCommit {
        let deadline = MonotonicTime.now().advanced(
            byMilliseconds: options.openTimeoutInMilliseconds)
        while true {
            if try file.lockWriter() {
                defer { file.unlockWriter() }
                return try recovery.recover(onlyIfNeeded: false)
            }
            do throws(StorageError) {
                return try recovery.choose(trustsRecord: true)
            } catch {
                guard MonotonicTime.now() < deadline else { throw error }
            }
            pauseBriefly()
        }
    }
}
