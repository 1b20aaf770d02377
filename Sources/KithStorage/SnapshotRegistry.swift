/// The snapshots that this process has open, and the one mark that stands for them in the file.
///
/// Invariant: where any are open, the oldest one's commit is locked in the file, so that no writer
/// of any process reuses a page that one of them may look at.
final class SnapshotRegistry: @unchecked Sendable {
    // Sendable: everything is guarded by `guardian`.
    private let file: any StorageFile
    private let guardian = Lock()
    /// Open snapshots by commit; few different ones at a time.
    private var counts: [(number: UInt64, count: Int)] = []
    private var lockedNumber: UInt64?

    init(file: any StorageFile) { self.file = file }

    /// Registers a snapshot of the commit that `newest` says, asking again until that is certain.
    func begin(
        newest: () throws(StorageError) -> CommitRecord
    ) throws(StorageError) -> (CommitRecord, SnapshotRegistration) {
        try guardian.with { () throws(StorageError) in
            var record = try newest()
            if lockedNumber == nil {
                while true {
                    let number = record.number
                    try file.lockSnapshot(number)
                    let again: CommitRecord
                    do throws(StorageError) {
                        again = try newest()
                    } catch {
                        file.unlockSnapshot(number)
                        throw error
                    }
                    if again.number == number { break }
                    file.unlockSnapshot(number)
                    record = again
                }
                lockedNumber = record.number
            }
            let number = record.number
            if let place = counts.firstIndex(where: { $0.number == number }) {
                counts[place].count += 1
            } else {
                counts.append((number, 1))
            }
            return (record, SnapshotRegistration(registry: self, number: number))
        }
    }

    func end(_ number: UInt64) {
        guardian.with {
            guard let place = counts.firstIndex(where: { $0.number == number }) else { return }
            counts[place].count -= 1
            if counts[place].count > 0 { return }
            counts.remove(at: place)
            guard let locked = lockedNumber else { return }
            let oldest = counts.lazy.map { $0.number }.min()
            if oldest == locked { return }
            if let oldest {
                // The new mark first: at no time may the writer find none.
                guard (try? file.lockSnapshot(oldest)) != nil else { return }
            }
            file.unlockSnapshot(locked)
            lockedNumber = oldest
        }
    }

    /// The oldest commit that a snapshot of this process shows.
    var oldest: UInt64? { guardian.with { counts.lazy.map { $0.number }.min() } }
}

/// One open snapshot.
final class SnapshotRegistration: Sendable {
    private let registry: SnapshotRegistry
    let number: UInt64

    init(registry: SnapshotRegistry, number: UInt64) {
        self.registry = registry
        self.number = number
    }

    func end() { registry.end(number) }
}
