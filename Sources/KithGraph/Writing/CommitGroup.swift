import KithStorage

/// Writers with a transaction, and so a commit, in common.
final class CommitGroup: @unchecked Sendable {
    // Sendable: `memberCount` and `lenders` are guarded by the mutex of who keeps the group, and stay as
    // they are once it is written; the writer and the commit belong to who has the turn, then to who waits
    // for the disk; `failure` is set before `word` says that the group has ended.

    /// What one of the members is called for, or why all are.
    enum Call {
        /// The commit has ended.
        case done
        /// To commit the group, with the turn.
        case commit
        /// To wait for the disk; the group is written.
        case finish
    }

    /// Makes the parts, until the commit is written.
    private var openWriter: GraphWriter?
    /// Those with a finished part, who wait.
    var memberCount = 0
    /// Those of them whose parts another thread made: most sleep on words of their own.
    private var lenders: [TurnWaiter] = []
    /// How the commit failed.
    private(set) var failure: GraphError?
    private var pending: PendingGraphCommit?
    private var hasBegunSync = false
    private var called = Call.done
    /// What the members wait for.
    private let word = WaitWord(CommitGroup.gathering)
    /// What the member that was called waits for.
    private let ready = WaitWord(CommitGroup.looking)

    private static let gathering: UInt32 = 0
    /// One member is called.
    private static let calling: UInt32 = 1
    private static let ended: UInt32 = 2

    private static let looking: UInt32 = 0
    private static let asleep: UInt32 = 1
    private static let handedOver: UInt32 = 2

    init(_ writer: GraphWriter) { openWriter = writer }

    /// Makes the parts. With the turn, before the commit is written.
    var writer: GraphWriter {
        guard let openWriter else {
            preconditionFailure("a group takes no part once it is written")
        }
        return openWriter
    }

    /// Writes the commit. With the turn; where nobody waits for it, the disk gets to work at once.
    func write(isAwaited: Bool) {
        hasBegunSync = !isAwaited
        do throws(GraphError) {
            pending = try writer.write(beginsSync: hasBegunSync)
        } catch {
            failure = error
            writer.rollback()
        }
    }

    /// Waits for the disk. Where that has begun to write, what the writer leaves behind is given back
    /// meanwhile.
    func finish() {
        if hasBegunSync { openWriter = nil }
        do throws(GraphError) {
            _ = try pending?.finish()
        } catch {
            failure = error
        }
        pending = nil
    }

    /// Adds a member whose part was made for it. With the turn and the mutex.
    func add(_ lender: TurnWaiter) {
        memberCount += 1
        lender.join(self, as: lenders.count)
        lenders.append(lender)
    }

    /// Wakes one member, who gets to work when the group is handed over.
    func call(_ call: Call) {
        called = call
        word.exchange(Self.calling)
        word.wake()
        // Where nobody sleeps on the group's own word, the last lender sleeps on its own.
        if lenders.count == memberCount { lenders.last?.wake() }
    }

    /// Lets the member that was called get to work.
    func handOver() {
        if ready.exchange(Self.handedOver) == Self.asleep { ready.wake() }
    }

    /// Tells all members how the commit ended.
    func end(_ failure: GraphError?) {
        self.failure = failure
        word.exchange(Self.ended)
        if memberCount > 0 { word.wake(.max) }
        lenders.first?.wake()
    }

    /// Wakes two more of those that sleep on words of their own, who wake two each in turn: to wake all takes
    /// one thread as long as some parts take. By each lender, once the commit has ended.
    func wakeFollowers(of lender: TurnWaiter) {
        let first = 2 * lender.place + 1
        for place in first..<min(first + 2, max(first, lenders.count)) { lenders[place].wake() }
    }

    /// Waits, as a member, until there is something to do or the commit has ended.
    func wait() -> Call {
        while true {
            switch word.value {
            case Self.ended: return .done
            case Self.calling:
                guard word.replace(Self.calling, by: Self.gathering) else { continue }
                waitForHandOver()
                return called
            default: word.sleep(while: Self.gathering)
            }
        }
    }

    private func waitForHandOver() {
        if ready.look(while: Self.looking) == Self.looking {
            _ = ready.replace(Self.looking, by: Self.asleep)
        }
        while ready.value == Self.asleep { ready.sleep(while: Self.asleep) }
    }
}
