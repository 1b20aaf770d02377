import Glibc
import KithStorage

/// Lets writers that come at once share one transaction, one commit and its sync.
///
/// One writer at a time has the *turn*: it makes its changes, a part of the group's transaction. If no
/// group is waiting for the disk it commits the group at once; otherwise it waits until the disk is
/// done with that group, while others add their parts to its own. So a lone writer waits for nobody,
/// and many share each sync.
///
/// Who has the turn hands it on: to one who waits with a finished part, if their group may be
/// committed, or else to the first who waits to make changes.
final class SharedCommits: @unchecked Sendable {
    // Sendable: everything below is guarded by the mutex, but for a group's writer, which belongs to
    // who has the turn.

    /// A group of writers with a transaction in common.
    private final class Group {
        let writer: GraphWriter
        /// Those with a finished part, who wait.
        var members: [Waiter] = []

        init(_ writer: GraphWriter) { self.writer = writer }
    }

    /// One waiting thread.
    private final class Waiter {
        enum Call { case turn, commit, done(GraphError?) }

        let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        var call: Call?

        init() { pthread_cond_init(condition, nil) }

        deinit {
            pthread_cond_destroy(condition)
            condition.deallocate()
        }
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var isTaken = false
    private var queue: [Waiter] = []
    /// The group that takes parts.
    private var open: Group?
    /// Whether a group is on its way to the disk.
    private var isSyncing = false

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
        let group: Group
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
        defer { pthread_mutex_unlock(mutex) }
        if !isTaken {
            isTaken = true
            return
        }
        let own = Waiter()
        queue.append(own)
        var until = Self.deadline(timeoutInMilliseconds)
        while own.call == nil {
            if pthread_cond_timedwait(own.condition, mutex, &until) == ETIMEDOUT, own.call == nil {
                queue.removeAll { $0 === own }
                throw .storage(.writerBusy(holder: getpid()))
            }
        }
    }

    /// The group that takes parts, begun if there is none. With the turn.
    private func openGroup(
        of store: GraphStore, _ timeoutInMilliseconds: Int
    ) throws(GraphError) -> Group {
        pthread_mutex_lock(mutex)
        let known = open
        pthread_mutex_unlock(mutex)
        if let known {
            known.writer.beginPart()
            return known
        }
        // The first part is the whole transaction until there is another: it needs no savepoint.
        let group = Group(try store.beginWrite(timeoutInMilliseconds: timeoutInMilliseconds))
        pthread_mutex_lock(mutex)
        open = group
        pthread_mutex_unlock(mutex)
        return group
    }

    /// Undoes the part, and the group with it where there is no other part. With the turn.
    private func giveUpPart(of group: Group) {
        pthread_mutex_lock(mutex)
        let isAlone = group.members.isEmpty
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
        if let failure { tell(group, failure) }
        passOnLocked()
        pthread_mutex_unlock(mutex)
    }

    /// Commits the group, or waits until another thread did. With the turn, and without it after.
    private func commitOrWait(_ group: Group) -> GraphError? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard isSyncing else { return commit(group) }
        let own = Waiter()
        group.members.append(own)
        passOnLocked()
        while true {
            switch own.call {
            case .done(let failure): return failure
            case .commit: return commit(group)
            case .turn: preconditionFailure("a finished part needs no turn")
            case nil: pthread_cond_wait(own.condition, mutex)
            }
        }
    }

    /// Commits the group. With the turn and the mutex; gives up the turn as soon as the next group
    /// may begin.
    private func commit(_ group: Group) -> GraphError? {
        open = nil
        isSyncing = true
        pthread_mutex_unlock(mutex)
        var failure: GraphError?
        var pending: PendingGraphCommit?
        do throws(GraphError) {
            pending = try group.writer.write()
        } catch {
            failure = error
            group.writer.rollback()
        }
        passOn()
        do throws(GraphError) {
            _ = try pending?.finish()
        } catch {
            failure = error
        }
        pthread_mutex_lock(mutex)
        isSyncing = false
        tell(group, failure)
        if !isTaken {
            isTaken = true
            passOnLocked()
        }
        return failure
    }

    /// Tells all members of a group how its commit ended. With the mutex.
    private func tell(_ group: Group, _ failure: GraphError?) {
        for member in group.members where member.call == nil {
            call(member, .done(failure))
        }
        group.members = []
    }

    private func call(_ waiter: Waiter, _ call: Waiter.Call) {
        waiter.call = call
        pthread_cond_signal(waiter.condition)
    }

    private func passOn() {
        pthread_mutex_lock(mutex)
        passOnLocked()
        pthread_mutex_unlock(mutex)
    }

    /// Hands the turn on. With the turn and the mutex.
    private func passOnLocked() {
        if !isSyncing, let open, let member = open.members.popLast() {
            call(member, .commit)
        } else if !queue.isEmpty {
            call(queue.removeFirst(), .turn)
        } else {
            isTaken = false
        }
    }

    private static func deadline(_ timeoutInMilliseconds: Int) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let nanoseconds =
            time.tv_nsec + max(0, min(timeoutInMilliseconds, 1_000_000_000)) * 1_000_000
        return timespec(
            tv_sec: time.tv_sec + nanoseconds / 1_000_000_000,
            tv_nsec: nanoseconds % 1_000_000_000)
    }
}
