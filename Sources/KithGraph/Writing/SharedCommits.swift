import Glibc
import KithStorage

/// Lets writers that come at once share one transaction, one commit and its sync.
///
/// One writer at a time has the *turn*: it makes its changes, a part of the group's transaction. If no
/// group is waiting for the disk it commits the group at once; otherwise it waits until the disk is
/// done with that group, while others add their parts to its own. So a lone writer waits for nobody,
/// and many share each sync.
///
/// What keeps many writers fast is that nobody waits for a thread to wake up:
///
/// - Who has the turn hands it on to the one who waits longest, and that one is awake by then: it was
///   called when it became the next.
/// - Who waited for the disk writes the next group at once, if no part is at work on it; meanwhile one
///   of that group's own wakes up, to wait for the disk in its place.
final class SharedCommits: @unchecked Sendable {
    // Sendable: everything below is guarded by the mutex, but for a group's writer, which belongs to
    // who has the turn.

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var isTaken = false
    private var queue: [TurnWaiter] = []
    /// The group that takes parts.
    private var open: CommitGroup?
    /// Whether a group is on its way to the disk.
    private var isSyncing = false

    /// Whom to call once the mutex is free.
    private enum Call {
        case nobody
        /// It has the turn; the other one is the next.
        case turn(TurnWaiter, next: TurnWaiter?)
        /// One of the group's members has the turn, to commit.
        case commit(CommitGroup)
    }

    init() {
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` as one part of a shared transaction; when this returns, what it wrote is on the
    /// disk. When `body` throws, nothing of it is applied.
    func write<Result>(
        in store: GraphStore, timeoutInMilliseconds: Int,
        _ body: (GraphWriter) throws -> Result
    ) throws -> Result {
        try takeTurn(timeoutInMilliseconds)
        let group: CommitGroup
        do {
            group = try openGroup(of: store, timeoutInMilliseconds)
        } catch {
            passOn()
            throw error
        }
        let result: Result
        do {
            result = try body(group.writer)
        } catch {
            giveUpPart(of: group)
            throw error
        }
        group.writer.endPart()
        if let failure = commitOrWait(group) { throw failure }
        return result
    }

    /// Waits for the turn.
    private func takeTurn(_ timeoutInMilliseconds: Int) throws(GraphError) {
        pthread_mutex_lock(mutex)
        if !isTaken {
            isTaken = true
            pthread_mutex_unlock(mutex)
            return
        }
        let own = TurnWaiter(isNext: queue.isEmpty)
        queue.append(own)
        pthread_mutex_unlock(mutex)
        let deadline =
            WaitWord.now() + Int64(max(0, min(timeoutInMilliseconds, 1_000_000_000))) * 1_000_000
        if own.wait(until: deadline) { return }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard let place = queue.firstIndex(where: { $0 === own }) else {
            // It was called meanwhile, or is about to be.
            own.waitForCall()
            return
        }
        queue.remove(at: place)
        throw .storage(.writerBusy(holder: getpid()))
    }

    /// The group that takes parts, begun if there is none. With the turn.
    private func openGroup(
        of store: GraphStore, _ timeoutInMilliseconds: Int
    ) throws(GraphError) -> CommitGroup {
        pthread_mutex_lock(mutex)
        let known = open
        pthread_mutex_unlock(mutex)
        if let known {
            known.writer.beginPart()
            return known
        }
        // The first part is the whole transaction until there is another: it needs no savepoint.
        let group = CommitGroup(
            try store.beginWrite(timeoutInMilliseconds: timeoutInMilliseconds))
        pthread_mutex_lock(mutex)
        open = group
        pthread_mutex_unlock(mutex)
        return group
    }

    /// Undoes the part, and the group with it where there is no other part. With the turn.
    private func giveUpPart(of group: CommitGroup) {
        pthread_mutex_lock(mutex)
        let isAlone = group.memberCount == 0
        pthread_mutex_unlock(mutex)
        var failure: GraphError?
        if isAlone {
            group.writer.rollback()
        } else {
            do throws(GraphError) {
                try group.writer.rollbackPart()
            } catch {
                // What the others wrote cannot be told from this part any more.
                group.writer.rollback()
                failure = error
            }
        }
        pthread_mutex_lock(mutex)
        if isAlone || failure != nil { open = nil }
        let next = passOnLocked()
        pthread_mutex_unlock(mutex)
        if let failure { group.end(failure) }
        perform(next)
    }

    /// Commits the group, or waits until another thread did. With the turn, and without it after.
    private func commitOrWait(_ group: CommitGroup) -> GraphError? {
        pthread_mutex_lock(mutex)
        guard isSyncing else { return commit(group) }
        group.memberCount += 1
        let next = passOnLocked()
        pthread_mutex_unlock(mutex)
        perform(next)
        switch group.wait() {
        case .done: return group.failure
        case .commit:
            pthread_mutex_lock(mutex)
            return commit(group)
        case .finish: return finish(group)
        }
    }

    /// Commits the group. With the turn and the mutex, and without them after; gives up the turn as
    /// soon as the next group may begin.
    private func commit(_ group: CommitGroup) -> GraphError? {
        open = nil
        isSyncing = true
        let isAwaited = !queue.isEmpty
        pthread_mutex_unlock(mutex)
        group.write(isAwaited: isAwaited)
        passOn()
        return finish(group)
    }

    /// Waits for the disk, and writes the next group if it waits for nothing else.
    private func finish(_ group: CommitGroup) -> GraphError? {
        group.finish()
        pthread_mutex_lock(mutex)
        var following: CommitGroup?
        if !isTaken, let waiting = open, waiting.memberCount > 0 {
            isTaken = true
            open = nil
            following = waiting
        } else {
            isSyncing = false
        }
        pthread_mutex_unlock(mutex)
        if let following {
            following.call(.finish)
            following.write(isAwaited: true)
            following.handOver()
            passOn()
        }
        group.end(group.failure)
        return group.failure
    }

    private func passOn() {
        pthread_mutex_lock(mutex)
        let next = passOnLocked()
        pthread_mutex_unlock(mutex)
        perform(next)
    }

    /// Gives the turn to another. With the turn and the mutex.
    private func passOnLocked() -> Call {
        if !isSyncing, let open, open.memberCount > 0 { return .commit(open) }
        if !queue.isEmpty { return .turn(queue.removeFirst(), next: queue.first) }
        isTaken = false
        return .nobody
    }

    /// Without the mutex.
    private func perform(_ call: Call) {
        switch call {
        case .nobody: break
        case .turn(let waiter, let next):
            waiter.call()
            next?.makeReady()
        case .commit(let group):
            group.call(.commit)
            group.handOver()
        }
    }
}
