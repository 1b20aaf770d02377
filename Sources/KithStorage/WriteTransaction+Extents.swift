import CShims

extension WriteTransaction {
    /// Pages of an extent that several values share.
    private var sharedPageCount: Int { engine.pageSizeInBytes >= 4096 ? 64 : 8 }

    /// Stores a long value outside the trees. Values written one after another lie back to back.
    public func writeExtent(
        _ bytes: UnsafeRawBufferPointer
    ) throws(StorageError) -> ExtentReference {
        try checkUsable()
        guard bytes.count <= StorageLimits.valueLengthMaxInBytes else {
            throw .valueTooLong(byteCount: bytes.count)
        }
        let checksum = kith_checksum(bytes.baseAddress, bytes.count)
        guard let source = bytes.baseAddress, bytes.count > 0 else {
            return ExtentReference(page: 0, offsetInPage: 0, byteCount: 0, checksum: checksum)
        }
        netByteCount += bytes.count
        let pageSize = engine.pageSizeInBytes
        if bytes.count > sharedPageCount * pageSize / 2 {
            let page = try writeOwnExtent(bytes)
            return ExtentReference(
                page: page, offsetInPage: 0, byteCount: UInt32(bytes.count), checksum: checksum)
        }
        if let open = space.openExtent, open.usedByteCount + bytes.count > open.buffer.count {
            try flushOpenExtent()
        }
        if space.openExtent == nil { try beginExtent(atLeast: bytes.count) }
        guard var open = space.openExtent else { preconditionFailure("an extent was just begun") }
        let start = open.usedByteCount
        (open.buffer.baseAddress.unsafelyUnwrapped + start).copyMemory(
            from: source, byteCount: bytes.count)
        open.usedByteCount += bytes.count
        for page in start / pageSize...(open.usedByteCount - 1) / pageSize {
            open.valueCounts[page] += 1
        }
        space.openExtent = open
        return ExtentReference(
            page: open.firstPage + UInt32(start / pageSize),
            offsetInPage: UInt16(start % pageSize), byteCount: UInt32(bytes.count),
            checksum: checksum)
    }

    private func beginExtent(atLeast byteCount: Int) throws(StorageError) {
        let pageSize = engine.pageSizeInBytes
        let least = min(sharedPageCount, max(8, (byteCount + pageSize - 1) / pageSize))
        let run = try allocator.takeRun(atLeast: least)
        // The first of a transaction is short: it may well hold all there is. Others are as long as there
        // is room: a longer file is worse than more pieces.
        let pageCount = ownExtents.isEmpty ? least : min(Int(run.count), sharedPageCount)
        allocator.giveBack(
            PageRun(start: run.start + UInt32(pageCount), count: run.count - UInt32(pageCount)))
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: pageCount * pageSize, alignment: 64)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        space.openExtent = OpenExtent(
            firstPage: run.start, pageCount: pageCount, buffer: buffer,
            valueCounts: [UInt16](repeating: 0, count: pageCount))
    }

    /// Writes the extent that is being filled, if there is one.
    func flushOpenExtent() throws(StorageError) {
        guard let open = space.openExtent else { return }
        let pageSize = engine.pageSizeInBytes
        let pageCount = (open.usedByteCount + pageSize - 1) / pageSize
        let bytes = UnsafeRawBufferPointer(rebasing: open.buffer[..<(pageCount * pageSize)])
        try space.file.write([bytes], at: UInt64(open.firstPage) * UInt64(pageSize))
        var runs: [ExtentEntry.Run] = []
        for count in open.valueCounts[..<pageCount] { ExtentEntry.append(count, 1, to: &runs) }
        space.openExtent = nil
        defer { open.buffer.deallocate() }
        allocator.giveBack(
            PageRun(
                start: open.firstPage + UInt32(pageCount),
                count: UInt32(open.pageCount - pageCount)))
        try recordExtent(page: open.firstPage, bytes: bytes, runs: runs)
    }

    private func writeOwnExtent(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt32 {
        let pageSize = engine.pageSizeInBytes
        let pageCount = (bytes.count + pageSize - 1) / pageSize
        let page = try allocator.allocate(pageCount)
        let whole = bytes.count / pageSize * pageSize
        let last = UnsafeMutableRawBufferPointer.allocate(byteCount: pageSize, alignment: 64)
        defer { last.deallocate() }
        last.initializeMemory(as: UInt8.self, repeating: 0)
        last.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[whole...]))
        let body = UnsafeRawBufferPointer(rebasing: bytes[..<whole])
        let tail = UnsafeRawBufferPointer(last)
        let pieces = whole < bytes.count ? [body, tail] : [body]
        try space.file.write(pieces, at: UInt64(page) * UInt64(pageSize))
        var checksums = pageChecksums(of: body)
        if pieces.count > 1 { checksums += pageChecksums(of: tail) }
        try record(
            page: page, checksums: checksums,
            runs: [ExtentEntry.Run(pageCount: UInt32(pageCount), valueCount: 1)])
        return page
    }

    private func pageChecksums(of bytes: UnsafeRawBufferPointer) -> [UInt64] {
        let pageSize = engine.pageSizeInBytes
        guard let base = bytes.baseAddress else { return [] }
        return (0..<bytes.count / pageSize).map { kith_checksum(base + $0 * pageSize, pageSize) }
    }

    private func recordExtent(
        page: UInt32, bytes: UnsafeRawBufferPointer, runs: [ExtentEntry.Run]
    ) throws(StorageError) {
        try record(page: page, checksums: pageChecksums(of: bytes), runs: runs)
    }

    private func record(
        page: UInt32, checksums: [UInt64], runs: [ExtentEntry.Run]
    ) throws(StorageError) {
        ownExtents.append(
            ManifestRun(
                page: page, pageCount: UInt32(checksums.count),
                checksum: ManifestRun.checksum(ofPageChecksums: checksums.count) { checksums[$0] }))
        try makeRoom(forEntryAt: page)
        try putExtentEntry(ExtentEntry(page: page, runs: runs))
    }

    /// Moves an entry away that begins with pages which became free, as files written earlier have them.
    private func makeRoom(forEntryAt page: UInt32) throws(StorageError) {
        let cursor = TreeCursor(space: space, reader: nil, tree: TreeID(ExtentEntry.treeNumber))
        var key = page.bigEndian
        let isFound = try withUnsafeBytes(of: &key) { key throws(StorageError) in
            try cursor.seek(atOrAfter: key)
        }
        guard isFound, let entry = ExtentEntry(key: cursor.key, value: cursor.value),
            entry.page == page
        else { return }
        guard !entry.isUsed(page) else { throw .corrupt(page: UInt64(page), damage: .structure) }
        if !entry.isEmpty { try putExtentEntry(entry.trimmed) }
    }

    /// Frees a long value; it must not be read or freed through this reference again.
    public func freeExtent(_ reference: ExtentReference) throws(StorageError) {
        try checkUsable()
        guard reference.byteCount > 0 else { return }
        try whole { () throws(StorageError) in try freeChecked(reference) }
    }

    private func freeChecked(_ reference: ExtentReference) throws(StorageError) {
        if space.openExtent != nil { try flushOpenExtent() }
        netByteCount -= Int(reference.byteCount)
        let pageSize = engine.pageSizeInBytes
        let lastByte = Int(reference.offsetInPage) + Int(reference.byteCount) - 1
        let first = reference.page
        let last = first + UInt32(lastByte / pageSize)
        guard var entry = try extentEntry(containing: first), entry.end > last else {
            throw .corrupt(page: UInt64(first), damage: .structure)
        }
        guard let freed = entry.removeValue(from: first, through: last) else {
            throw .corrupt(page: UInt64(first), damage: .structure)
        }
        writer.droppedPages.append(contentsOf: freed)
        if ownExtents.contains(where: { $0.page <= last && first < $0.page + $0.pageCount }) {
            ownExtentsWereFreed = true
        }
        let left = entry.trimmed
        if entry.isEmpty || left.page != entry.page {
            var key = entry.page.bigEndian
            _ = try withUnsafeBytes(of: &key) { key throws(StorageError) in
                var displaced: ExtentReference?
                return try writer.remove(
                    key, in: &space.roots[SystemTree.extents], tree: ExtentEntry.treeNumber,
                    displaced: &displaced)
            }
        }
        if !entry.isEmpty { try putExtentEntry(left) }
    }

    /// The entry of the extent in which a value touches the page.
    ///
    /// Where pages in the midst of an extent became free, others may lie there; so the entry before the
    /// page is not always the one.
    private func extentEntry(containing page: UInt32) throws(StorageError) -> ExtentEntry? {
        let cursor = TreeCursor(space: space, reader: nil, tree: TreeID(ExtentEntry.treeNumber))
        var key = page.bigEndian
        var isOnEntry = try withUnsafeBytes(of: &key) { key throws(StorageError) in
            try cursor.seek(atOrBefore: key)
        }
        while isOnEntry {
            guard let entry = ExtentEntry(key: cursor.key, value: cursor.value) else { return nil }
            if entry.isUsed(page) { return entry }
            isOnEntry = try cursor.previous()
        }
        return nil
    }

    private func putExtentEntry(_ entry: ExtentEntry) throws(StorageError) {
        var key = entry.page.bigEndian
        let value = entry.encodedRuns
        try withUnsafeBytes(of: &key) { key throws(StorageError) in
            try value.withRawBytes { value throws(StorageError) in
                _ = try writer.put(
                    key, value: value, isOverflow: false, in: &space.roots[SystemTree.extents],
                    tree: ExtentEntry.treeNumber)
            }
        }
    }
}
