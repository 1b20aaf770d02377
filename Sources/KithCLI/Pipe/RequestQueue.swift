import Glibc
import KithGraph

/// Requests on their way from the reading to the serving thread.
///
/// `@unchecked`: everything is touched inside the mutex.
final class RequestQueue: @unchecked Sendable {
    /// How many requests may wait before reading pauses.
    private static let waitingMax = 1024

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [PipeRequest] = []
    private var cancelled: [JSONValue] = []
    private var inService: JSONValue?
    private var hasEnded = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Appends a request.
    func put(_ request: PipeRequest) {
        pthread_mutex_lock(mutex)
        while waiting.count >= Self.waitingMax { pthread_cond_wait(condition, mutex) }
        waiting.append(request)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Says that no more will come.
    func end() {
        pthread_mutex_lock(mutex)
        hasEnded = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Takes the next request, waiting for it; nil after the last.
    func next() -> PipeRequest? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty {
            if hasEnded { return nil }
            pthread_cond_wait(condition, mutex)
        }
        pthread_cond_broadcast(condition)
        let request = waiting.removeFirst()
        inService = request.id
        cancelled.removeAll { cancelled in
            !cancelled.isSameID(as: request.id)
                && !waiting.contains { $0.id.isSameID(as: cancelled) }
        }
        return request
    }

    /// Marks a request that waits, or has just been taken, as cancelled.
    func cancel(_ id: JSONValue) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let isKnown =
            inService?.isSameID(as: id) == true || waiting.contains { $0.id.isSameID(as: id) }
        if isKnown { cancelled.append(id) }
    }

    /// Forgets all requests that wait, and cancels the one in service.
    func drop() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        waiting = []
        if let inService { cancelled.append(inService) }
        pthread_cond_broadcast(condition)
    }

    /// Whether the query was cancelled before it ran; asked once.
    func takeCancelled(_ id: JSONValue) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard let index = cancelled.firstIndex(where: { $0.isSameID(as: id) }) else { return false }
        cancelled.remove(at: index)
        return true
    }
}

/// Reads lines of any length from a descriptor.
final class LineInput {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var hasEnded = false

    /// Reads from `descriptor`, which stays open.
    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next line without its end; nil after the last.
    func next() -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            searched = buffer.count - start
            buffer.removeFirst(start)
            start = 0
            if hasEnded {
                guard !buffer.isEmpty else { return nil }
                defer { buffer = [] }
                return buffer
            }
            readMore()
        }
    }

    private func readMore() {
        let chunkLength = 64 << 10
        let count = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: chunkLength))
        while true {
            let read = buffer.withUnsafeMutableBytes { bytes in
                Glibc.read(descriptor, bytes.baseAddress.map { $0 + count }, chunkLength)
            }
            if read < 0, errno == EINTR { continue }
            buffer.removeLast(chunkLength - max(0, read))
            if read <= 0 { hasEnded = true }
            return
        }
    }
}
