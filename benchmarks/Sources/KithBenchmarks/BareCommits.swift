import Glibc

/// What threads that commit at once can reach on a disk at all: each has some bytes to write and does
/// nothing else. Who finds no sync under way writes what all have brought so far, and syncs it.
final class BareCommits: @unchecked Sendable {
    // Sendable: everything is guarded by the mutex, but for the buffer, which belongs to who syncs.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let file: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private let bytesPerCommit: Int
    private let placesMax = 16
    private var brought = 0
    private var done = 0
    private var isSyncing = false
    private(set) var syncCount = 0

    /// For at most `threadsMax` threads, in a new file.
    init(path: String, bytesPerCommit: Int, threadsMax: Int) {
        self.bytesPerCommit = bytesPerCommit
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
        file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        precondition(file >= 0, "no file for bare commits")
        buffer = .allocate(byteCount: bytesPerCommit * threadsMax, alignment: 4_096)
        buffer.initializeMemory(as: UInt8.self, repeating: 7)
        for place in 0..<placesMax { write(buffer.count, at: place) }
        fsync(file)
    }

    deinit {
        close(file)
        buffer.deallocate()
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    private func write(_ count: Int, at place: Int) {
        let written = pwrite(file, buffer.baseAddress, count, off_t(place * buffer.count))
        precondition(written == count, "a full disk")
    }

    /// Returns once this thread's bytes are on the disk.
    func commit() {
        pthread_mutex_lock(mutex)
        brought += 1
        let own = brought
        while done < own {
            if isSyncing {
                pthread_cond_wait(condition, mutex)
                continue
            }
            isSyncing = true
            let last = brought
            let count = (last - done) * bytesPerCommit
            let place = syncCount % placesMax
            pthread_mutex_unlock(mutex)
            write(count, at: place)
            fdatasync(file)
            pthread_mutex_lock(mutex)
            done = last
            syncCount += 1
            isSyncing = false
            pthread_cond_broadcast(condition)
        }
        pthread_mutex_unlock(mutex)
    }
}
