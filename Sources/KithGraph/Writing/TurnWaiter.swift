import KithStorage

/// A thread that waits for the turn.
///
/// It may have lent what makes its part; then whoever has the turn can make it.
final class TurnWaiter: @unchecked Sendable {
    // Sendable: `lent` belongs to who took this out of the queue; `group`, `place` and `error` are written by
    // that thread before `word` says what happened, and read after it by the one that waits.

    private let word: WaitWord
    /// Whether the part was lent.
    let isLent: Bool
    private var lent: SharedCommits.LentPart?
    /// The group that the part belongs to.
    private var group: CommitGroup?
    /// Its place among the group's lenders.
    private(set) var place = 0
    /// What the part ended with.
    private var error: (any Error)?

    private static let asleep: UInt32 = 0
    /// Awake, since it is the next.
    private static let looking: UInt32 = 1
    /// It has the turn.
    private static let called: UInt32 = 2
    /// Its part was made.
    private static let made: UInt32 = 3
    /// Its part was undone.
    private static let failed: UInt32 = 4

    /// `isNext` where nobody waits before it.
    init(isNext: Bool, lending part: SharedCommits.LentPart?) {
        word = WaitWord(isNext ? Self.looking : Self.asleep)
        lent = part
        isLent = part != nil
    }

    /// Gives it the turn.
    func call() {
        if word.exchange(Self.called) == Self.asleep { word.wake() }
    }

    /// Wakes it up: it gets the turn soon. Whose part is lent sleeps on, since it will be made.
    func makeReady() {
        if !isLent, word.replace(Self.asleep, by: Self.looking) { word.wake() }
    }

    /// Makes the part that was lent.
    func makePart(with writer: GraphWriter) throws {
        let part = lent
        lent = nil
        try part?(writer)
    }

    /// Tells it that its part was made, as one of the group's. It need not wake up for that.
    func join(_ group: CommitGroup, as place: Int) {
        self.group = group
        self.place = place
        word.exchange(Self.made)
    }

    /// Tells it that its part was undone.
    func end(with error: any Error) {
        self.error = error
        if word.exchange(Self.failed) == Self.asleep { word.wake() }
    }

    /// Wakes it up to look at its group.
    func wake() { word.wake() }

    /// So long it sleeps at most without looking, should who wakes it be held up itself.
    private static let sleepNanosecondsMax: Int64 = 20_000_000

    /// Waits until something happened, or that time has come; says whether something happened.
    func wait(until deadline: Int64) -> Bool {
        while true {
            switch word.value {
            case Self.asleep:
                let left = deadline - WaitWord.now()
                guard left > 0 else { return word.value > Self.looking }
                word.sleep(
                    while: Self.asleep, nanosecondsMax: min(left, Self.sleepNanosecondsMax))
            case Self.looking:
                if word.look(while: Self.looking) == Self.looking {
                    _ = word.replace(Self.looking, by: Self.asleep)
                }
            default: return true
            }
        }
    }

    /// Waits until something happened, which is about to be.
    func waitForCall() {
        while word.value <= Self.looking {
            word.sleep(while: Self.asleep, nanosecondsMax: 1_000_000)
        }
    }

    /// The group that its part was made in; nil where it has the turn. Throws what the part ended with.
    func outcome() throws -> CommitGroup? {
        if let error { throw error }
        return group
    }
}
