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
/// - Who has the turn makes the parts of those in the queue who *lent* theirs, on its own thread: they
///   sleep on until the disk is done.
/// - It hands the turn on to the one who waits longest, and that one is awake by then: it was called when
///   it became the next.
/// - Who waited for the disk writes the next group at once, if no part is at work on it; meanwhile one
///   of that group's own wakes up, to wait for the disk in its place.
final class SharedCommits: @unchecked Sendable {
    // Sendable: everything below is guarded by the mutex, but for a group's writer, which belongs to
    // who has the turn.

    /// What makes a part, on whatever thread.
    typealias LentPart = @Sendable (GraphWriter) throws -> Void

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

    /// Runs `body` as one part of a shared transaction, on this thread; when this returns, what it wrote
    /// is on the disk. When `body` throws, nothing of it is applied.
    func write<Result>(
        in store: GraphStore, timeoutInMilliseconds: Int,
        _ body: (GraphWriter) throws -> Result
    ) throws -> Result {
        let made = try waitForTurn(timeoutInMilliseconds, lending: nil)?.outcome()
        precondition(made == nil, "a part that was not lent is made by its own thread")
        return try writeWithTurn(in: store, timeoutInMilliseconds, body)
    }

    /// Runs `body` as one part of a shared transaction, on this thread or on that of another writer.
    func write(
        in store: GraphStore, timeoutInMilliseconds: Int, lending body: @escaping LentPart
    ) throws {
        guard let lender = try waitForTurn(timeoutInMilliseconds, lending: body),
            let group = try lender.outcome()
        else { return try writeWithTurn(in: store, timeoutInMilliseconds, body) }
        let failure = wait(for: group)
        group.wakeFollowers(of: lender)
        if let failure { throw failure }
    }

    private func writeWithTurn<Result>(
        in store: GraphStore, _ timeoutInMilliseconds: Int,
        _ body: (GraphWriter) throws -> Result
    ) throws -> Result {
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
        if let failure = makeLentParts(of: group) ?? commitOrWait(group) { throw failure }
        return result
    }

    /// Waits for the turn, or until the part, where it was lent, was made by another; returns what waited.
    private func waitForTurn(
        _ timeoutInMilliseconds: Int, lending body: LentPart?
    ) throws(GraphError) -> TurnWaiter? {
        pthread_mutex_lock(mutex)
        if !isTaken {
            isTaken = true
            pthread_mutex_unlock(mutex)
            return nil
        }
        let own = TurnWaiter(isNext: queue.isEmpty, lending: body)
        queue.append(own)
        pthread_mutex_unlock(mutex)
        let deadline =
            WaitWord.now() + Int64(max(0, min(timeoutInMilliseconds, 1_000_000_000))) * 1_000_000
        if own.wait(until: deadline) { return own }
        pthread_mutex_lock(mutex)
        guard let place = queue.firstIndex(where: { $0 === own }) else {
            pthread_mutex_unlock(mutex)
            // It was called meanwhile, or its part is being made.
            own.waitForCall()
            return own
        }
        queue.remove(at: place)
        pthread_mutex_unlock(mutex)
        throw .storage(.writerBusy(holder: getpid()))
    }

    /// Makes the parts of the next in the queue, as long as theirs are lent; returns why the whole group
    /// failed, if it did, and then without the turn.
    private func makeLentParts(of group: CommitGroup) -> GraphError? {
        var deadline: Int64?
        while true {
            pthread_mutex_lock(mutex)
            let waiter = queue.first.flatMap { $0.isLent ? $0 : nil }
            if waiter != nil { queue.removeFirst() }
            pthread_mutex_unlock(mutex)
            guard let waiter else { return nil }
            group.writer.beginPart()
            do {
                try waiter.makePart(with: group.writer)
                group.writer.endPart()
                pthread_mutex_lock(mutex)
                group.add(waiter)
                pthread_mutex_unlock(mutex)
            } catch {
                let failure = undoPart(of: group)
                waiter.end(with: error)
                if let failure {
                    pthread_mutex_lock(mutex)
                    open = nil
                    let next = passOnLocked()
                    pthread_mutex_unlock(mutex)
                    group.end(failure)
                    perform(next)
                    return failure
                }
            }
            let now = WaitWord.now()
            if let deadline, now > deadline { return nil }
            deadline = deadline ?? now + Self.lentPartsNanoseconds
        }
    }

    /// For how long parts of others are made before the own one is committed: about as long as a disk
    /// takes.
    private static let lentPartsNanoseconds: Int64 = 1_000_000

    /// Undoes the part that is being made; where that fails, the whole group, and returns why.
    private func undoPart(of group: CommitGroup) -> GraphError? {
        do throws(GraphError) {
            try group.writer.rollbackPart()
            return nil
        } catch {
            // What the others wrote cannot be told from this part any more.
            group.writer.rollback()
            return error
        }
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
            failure = undoPart(of: group)
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
        return wait(for: group)
    }

    /// Waits, as a member of a group, until its commit has ended, and does what it is called for.
    private func wait(for group: CommitGroup) -> GraphError? {
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
