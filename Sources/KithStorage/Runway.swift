import CShims
import Glibc

/// Follows commits along the runway: each says where the next one's page may lie.
///
/// What stands there, `look(after:)` says: the next commit; a signpost, which says that there is none
/// or that it lies in front; or neither, because it was never written, is being written, or was torn.
struct Runway {
    let file: DatabaseFile
    let header: FileHeader

    enum Sight {
        /// There is no newer commit; the number is the last durable one.
        case newest(durable: UInt64)
        /// A commit in front follows, or is about to.
        case front
        case commit(CommitRecord)
        case nothing
    }

    /// Where the commit page after `record` may lie; nil when it lies in front.
    func place(after record: CommitRecord) -> UInt64? {
        record.runway.first.map { UInt64($0.start) * UInt64(header.pageSize) }
    }

    /// Whether the signpost after `record` says that there is no newer commit.
    func isNewest(_ record: CommitRecord) throws(StorageError) -> Bool {
        guard let place = place(after: record) else { return false }
        var words = (
            UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0)
        )
        return try withUnsafeMutableBytes(of: &words) { bytes throws(StorageError) in
            guard try file.file.read(into: bytes, at: place) == bytes.count,
                let base = bytes.baseAddress, let post = Signpost(at: base, header: header)
            else { return false }
            return Self.sight(post, after: record).map {
                if case .newest = $0 { true } else { false }
            }
                ?? false
        }
    }

    /// What stands where the commit after `record` may lie.
    func look(after record: CommitRecord) throws(StorageError) -> Sight {
        guard let place = place(after: record) else { return .front }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: FileLayout.blockByteCount, alignment: 64)
        defer { block.deallocate() }
        let base = UnsafeRawPointer(block.baseAddress.unsafelyUnwrapped)
        for _ in 0..<20 {
            guard try file.file.read(into: block, at: place) == block.count else { return .nothing }
            switch kith_load64(base) {
            case Signpost.magic:
                if let post = Signpost(at: base, header: header) {
                    return Self.sight(post, after: record) ?? .nothing
                }
            case CommitRecord.magic:
                if let next = CommitRecord.decode(base, header: header) {
                    return next.number == record.number + 1 && next.previousLink == record.link
                        ? .commit(next) : .nothing
                }
            default: return .nothing
            }
            // It may be just being overwritten.
            sched_yield()
        }
        return .nothing
    }

    private static func sight(_ post: Signpost, after record: CommitRecord) -> Sight? {
        guard post.commit == record.number, post.link == record.link else { return nil }
        return post.leadsToFront ? .front : .newest(durable: post.durable)
    }

    /// The commits after `anchor`, as far as their pages can be read, and what stands at the end.
    func commits(
        after anchor: CommitRecord
    ) throws(StorageError) -> (records: [CommitRecord], end: Sight) {
        var records: [CommitRecord] = []
        while true {
            let sight = try look(after: records.last ?? anchor)
            guard case .commit(let next) = sight else { return (records, sight) }
            records.append(next)
        }
    }

    /// The newest published commit at `anchor`, which is published, or after it.
    ///
    /// A commit is published once the next one or a signpost stands behind it. `isCertain` where a
    /// signpost says that there is no newer one.
    func published(
        from anchor: CommitRecord
    ) throws(StorageError) -> (record: CommitRecord, durable: UInt64, isCertain: Bool) {
        var record = anchor
        var sight = try look(after: record)
        while true {
            switch sight {
            case .newest(let durable): return (record, durable, true)
            case .front, .nothing: return (record, record.durable, false)
            case .commit(let next):
                let beyond = try look(after: next)
                if case .nothing = beyond { return (record, next.durable, false) }
                record = next
                sight = beyond
            }
        }
    }

    /// Whether something further along the runway after `record` proves that a commit beyond it was
    /// durable: then one that cannot be read is damaged, and not merely unfinished.
    func provesDurable(beyond record: CommitRecord) throws(StorageError) -> Bool {
        let pageSize = header.pageSize
        let step = max(1, (1 << 18) / pageSize)
        let overlap = FileLayout.blockByteCount
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: step * pageSize + overlap, alignment: 64)
        defer { memory.deallocate() }
        for run in record.runway {
            var page = Int(run.start)
            while page < Int(run.end) {
                let count = try file.file.read(into: memory, at: UInt64(page * pageSize))
                let base = UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped)
                for index in 0..<min(step, Int(run.end) - page)
                where durable(at: base + index * pageSize, within: count - index * pageSize)
                    > record.number
                {
                    return true
                }
                page += step
            }
        }
        return false
    }

    /// The durable commit that a signpost or a commit page names; 0 where there is neither.
    private func durable(at bytes: UnsafeRawPointer, within count: Int) -> UInt64 {
        guard count >= Signpost.byteCount else { return 0 }
        switch kith_load64(bytes) {
        case Signpost.magic: return Signpost(at: bytes, header: header)?.durable ?? 0
        case CommitRecord.magic where count >= FileLayout.blockByteCount:
            return CommitRecord.decode(bytes, header: header)?.durable ?? 0
        default: return 0
        }
    }

    /// Puts a signpost after `record`.
    func write(_ post: Signpost, after record: CommitRecord) throws(StorageError) {
        guard let place = place(after: record) else { return }
        var words = (
            UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0)
        )
        try withUnsafeMutableBytes(of: &words) { bytes throws(StorageError) in
            post.encode(into: bytes.baseAddress.unsafelyUnwrapped, header: header)
            try file.write([UnsafeRawBufferPointer(bytes)], at: place)
        }
    }
}
