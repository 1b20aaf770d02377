import CShims

/// The last pass of a commit: brings the free-space tree up to date, its own pages included.
///
/// The tree's own changed pages need places too, and taking those changes the tree. It ends because
/// of two things: places come from runs whose entries are in the tree before their use is known
/// (at the end only a length is overwritten, which moves nothing), and pages that the pass itself
/// drops are put in again until it drops no more.
struct FreeSpacePass {
    /// The longest runway.
    static let runwayPageCountMax = 1024

    let writer: TreeWriter
    let allocator: PageAllocator
    let commitNumber: UInt64
    /// Commits up to this one are no longer needed by anybody.
    let safe: UInt64
    /// Free pages, by this pass's account.
    var freePageCount: UInt64
    /// Runs that the commit's pages go to, in order.
    private(set) var selected: [PageRun] = []
    private var capacity = 0
    private var enteredCount = 0
    /// Where the next look for room begins.
    private var scanPlace: UInt32
    /// Pages that count as freed by this commit, besides those that it drops.
    private var freedEarlier: [PageRun]
    /// Pages to set aside for the commits after this one.
    private let runwayPageCount: Int
    /// Looks for single entries.
    private let searcher: TreeCursor
    private var hasLookedForRunway = false
    /// Pages that were taken from the front of each selected run.
    private var usedCounts: [UInt32] = []

    init(
        writer: TreeWriter, allocator: PageAllocator, commitNumber: UInt64, safe: UInt64,
        freePageCount: UInt64, hint: UInt32, freedEarlier: [PageRun], runwayPageCount: Int
    ) {
        scanPlace = hint
        self.freedEarlier = freedEarlier
        self.runwayPageCount = runwayPageCount
        self.writer = writer
        self.allocator = allocator
        self.commitNumber = commitNumber
        self.safe = safe
        self.freePageCount = freePageCount
        searcher = TreeCursor(space: writer.space, reader: nil, tree: TreeID(Self.treeNumber))
    }

    private static let root = SystemTree.freeSpace
    private static let treeNumber = SystemTree.treeNumber(ofRoot: SystemTree.freeSpace)

    private var space: TreeSpace { writer.space }

    /// Brings the tree up to date; afterwards `selected` has room for every changed page.
    mutating func run() throws(StorageError) {
        selectLeftOver()
        while true {
            var isStable = true
            let taken = allocator.takenEntries
            allocator.takenEntries = []
            for entry in taken {
                isStable = false
                try removeEntry(last: entry.last, count: entry.count)
            }
            while enteredCount < selected.count {
                isStable = false
                let run = selected[enteredCount]
                enteredCount += 1
                try putEntry(FreeEntry(last: run.last, count: run.count, freedBy: 0))
            }
            var free = allocator.takeAll()
            free.append(contentsOf: writer.reusablePages.map { PageRun(start: $0, count: 1) })
            writer.reusablePages = []
            for run in Self.joined(free) {
                isStable = false
                try add(run, freedBy: 0)
            }
            let dropped = writer.droppedPages.map { PageRun(start: $0, count: 1) } + freedEarlier
            writer.droppedPages = []
            freedEarlier = []
            for run in Self.joined(dropped) {
                isStable = false
                try add(run, freedBy: commitNumber)
            }
            guard isStable else { continue }
            // One page stays over, so that the last entry is never empty without need.
            let needed = writer.changed.count + 1
            if capacity >= needed {
                if hasLookedForRunway || capacity - needed >= runwayPageCount / 2 { return }
                hasLookedForRunway = true
                try selectRunway()
                continue
            }
            // Selecting changes the tree too, by the way to an entry or two.
            try select(atLeast: needed - capacity + Int(space.roots[Self.root].height) + 2)
        }
    }

    /// Shortens the entries of the selected runs by the `count` pages taken from their front.
    mutating func use(_ count: Int) throws(StorageError) {
        var left = count
        usedCounts = selected.map { _ in 0 }
        for (index, run) in selected.enumerated() {
            let used = min(left, Int(run.count))
            left -= used
            guard used > 0 else { break }
            usedCounts[index] = UInt32(used)
            freePageCount -= UInt64(used)
            try write(
                FreeEntry(last: run.last, count: run.count - UInt32(used), freedBy: 0))
        }
        precondition(left == 0, "a commit has more pages than places")
    }

    /// Takes the runway from what is left of the selected runs, the longest pieces first.
    mutating func takeRunway() throws(StorageError) -> [PageRun] {
        guard runwayPageCount > 0 else { return [] }
        let rests = zip(selected, usedCounts).map { run, used in
            PageRun(start: run.start + used, count: run.count - used)
        }
        var left = UInt32(runwayPageCount)
        var runway: [PageRun] = []
        for rest in rests.sorted(by: { $0.count > $1.count }) {
            let count = min(rest.count, left)
            guard count >= shortestRunwayPiece, runway.count < CommitRecord.runwayRunsMax else {
                break
            }
            left -= count
            freePageCount -= UInt64(count)
            try write(FreeEntry(last: rest.last, count: rest.count - count, freedBy: 0))
            runway.append(PageRun(start: rest.start, count: count))
        }
        return runway
    }

    /// A commit page and two more: a piece for less than a commit of one row.
    private var shortestRunwayPiece: UInt32 {
        FileLayout.commitPageCount(pageSize: writer.pageSize) + 2
    }

    /// Selects room for a runway; there need not be one.
    ///
    /// A long one is worth a longer file: commits of one row leave one page in four in use, so the
    /// gaps between those are all there is once the file has no more room at its end. The file
    /// grows until half of it is free, or three quarters of a small one.
    private mutating func selectRunway() throws(StorageError) {
        let seen = try lookForRoom(atLeast: runwayPageCount)
        if let run = seen.first(where: { $0.count >= runwayPageCount }) {
            return try takeEntries(of: run)
        }
        let pieces = seen.filter { $0.count >= shortestRunwayPiece }
            .sorted { $0.count > $1.count }.prefix(CommitRecord.runwayRunsMax)
        let longCount = pieces.reduce(0) {
            $0 + ($1.count >= 6 * shortestRunwayPiece ? Int($1.count) : 0)
        }
        let fileCount = UInt64(allocator.filePageCount)
        let isSmall = fileCount * UInt64(writer.pageSize) < 16 << 20
        let mayGrow = isSmall ? freePageCount * 4 < fileCount * 3 : freePageCount * 2 < fileCount
        if longCount < runwayPageCount / 2, mayGrow {
            do {
                let run = try allocator.takeRun(atLeast: runwayPageCount, mayScan: false)
                selected.append(run)
                capacity += Int(run.count)
                return
            } catch {
                guard error == .diskFull || error == .fileTooLarge else { throw error }
            }
        }
        for piece in pieces { try takeEntries(of: piece) }
    }

    /// Takes the run that the transaction's own requests left over, if it is long enough for all.
    private mutating func selectLeftOver() {
        let wanted = writer.changed.count + 16
        guard let run = allocator.takeAvailable(atLeast: wanted) else { return }
        selected.append(run)
        capacity += Int(run.count)
    }

    /// Selects more room: one run of `count` pages that is free, or several where much is free, or
    /// else a new one at the end of the file.
    private mutating func select(atLeast count: Int) throws(StorageError) {
        let seen = try lookForRoom(atLeast: count)
        if let run = seen.first(where: { $0.count >= count }) { return try takeEntries(of: run) }
        if freePageCount * 3 > UInt64(allocator.filePageCount) {
            // Much is free in small pieces: scattered places are better than a longer file.
            var left = count
            for run in seen.sorted(by: { $0.count > $1.count }).prefix(max(16, count / 8)) {
                guard left > 0, run.count > 1 || left < 8 else { break }
                try takeEntries(of: run)
                left -= Int(run.count)
            }
            if left < count { return }
        }
        let run = try allocator.takeRun(atLeast: count, mayScan: false)
        selected.append(run)
        capacity += Int(run.count)
    }

    /// A look at the next entries of the tree: the runs that may be used; the last is long enough
    /// where one is. Sweeps up empty entries on the way.
    private mutating func lookForRoom(atLeast count: Int) throws(StorageError) -> [PageRun] {
        var seen: [PageRun] = []
        var empty: [UInt32] = []
        let cursor = TreeCursor(space: space, reader: nil, tree: TreeID(Self.treeNumber))
        var key = scanPlace.bigEndian
        var stands = try withUnsafeBytes(of: &key) { key throws(StorageError) in
            try cursor.seek(atOrAfter: key)
        }
        let start = scanPlace
        var hasWrapped = false
        var looks = 256
        while looks > 0 {
            guard stands else {
                if hasWrapped { break }
                hasWrapped = true
                stands = try cursor.seekFirst()
                if !stands { break }
                continue
            }
            guard let entry = FreeEntry(key: cursor.key, value: cursor.value) else {
                throw .corrupt(
                    page: UInt64(space.roots[Self.root].reference.page), damage: .structure)
            }
            if hasWrapped, entry.last >= start { break }
            looks -= 1
            scanPlace = entry.last + 1
            let isSelected = selected.contains { $0.last == entry.last }
            if entry.count == 0 {
                if !isSelected { empty.append(entry.last) }
            } else if entry.freedBy <= safe, !isSelected {
                // Neighbours that became free at different times are one run by now.
                if let before = seen.last, before.end == entry.start {
                    seen[seen.count - 1].count += entry.count
                } else {
                    seen.append(PageRun(start: entry.start, count: entry.count))
                }
                if let last = seen.last, last.count >= count { break }
            }
            stands = try cursor.next()
        }
        for last in empty { try removeEntry(last: last, count: 0) }
        return seen
    }

    /// Makes one entry of those that make up a run, and selects it.
    private mutating func takeEntries(of run: PageRun) throws(StorageError) {
        var before = run.start &- 1
        while let part = try firstEntry(after: before), part.last < run.last {
            try removeEntry(last: part.last, count: part.count)
            freePageCount += UInt64(part.count)
            before = part.last
        }
        // Written even where nothing changes, so that the way there is among the changed pages.
        try write(FreeEntry(last: run.last, count: run.count, freedBy: 0))
        selected.append(run)
        enteredCount += 1
        capacity += Int(run.count)
    }

    /// Puts a run in, joined with neighbours that are as free as it is.
    private mutating func add(_ run: PageRun, freedBy: UInt64) throws(StorageError) {
        var entry = FreeEntry(last: run.last, count: run.count, freedBy: freedBy)
        var next = try firstEntry(after: run.start &- 2)
        let before = next
        // The one before, or an empty one in the midst of the run.
        if let near = next, near.last <= run.last { next = try firstEntry(after: run.last) }
        if run.start > 0, let before, before.last == run.start - 1, isJoinable(before, freedBy) {
            try removeEntry(last: before.last, count: before.count)
            entry.count += before.count
        }
        if let after = next, after.count > 0, after.start == run.end, isJoinable(after, freedBy) {
            try removeEntry(last: after.last, count: after.count)
            entry.count += after.count
            entry.last = after.last
        }
        try putEntry(entry)
    }

    private func isJoinable(_ entry: FreeEntry, _ freedBy: UInt64) -> Bool {
        // A run in use by this very commit must keep its entry to itself.
        if selected.contains(where: { $0.last == entry.last }) { return false }
        if entry.count == 0 { return true }
        return freedBy == 0 ? entry.freedBy == 0 : entry.freedBy == freedBy
    }

    private func firstEntry(after last: UInt32) throws(StorageError) -> FreeEntry? {
        let cursor = searcher
        var key = (last &+ 1).bigEndian
        let found = try withUnsafeBytes(of: &key) { key throws(StorageError) in
            try cursor.seek(atOrAfter: key)
        }
        guard found else { return nil }
        guard let entry = FreeEntry(key: cursor.key, value: cursor.value) else {
            throw .corrupt(
                page: UInt64(space.roots[Self.root].reference.page), damage: .structure)
        }
        return entry
    }

    private mutating func putEntry(_ entry: FreeEntry) throws(StorageError) {
        freePageCount += UInt64(entry.count)
        try write(entry)
    }

    private func write(_ entry: FreeEntry) throws(StorageError) {
        try entry.withEncoded { key, value throws(StorageError) in
            _ = try writer.put(
                key, value: value, isOverflow: false, in: &space.roots[Self.root],
                tree: Self.treeNumber)
        }
    }

    private mutating func removeEntry(last: UInt32, count: UInt32) throws(StorageError) {
        freePageCount -= UInt64(count)
        var key = last.bigEndian
        let wasThere = try withUnsafeBytes(of: &key) { key throws(StorageError) in
            var displaced: ExtentReference?
            return try writer.remove(
                key, in: &space.roots[Self.root], tree: Self.treeNumber, displaced: &displaced)
        }
        guard wasThere else {
            throw .corrupt(
                page: UInt64(space.roots[Self.root].reference.page), damage: .structure)
        }
    }

    /// The same pages in as few runs as possible, ascending.
    static func joined(_ runs: [PageRun]) -> [PageRun] {
        var result: [PageRun] = []
        for run in runs.sorted(by: { $0.start < $1.start }) {
            if let before = result.last, before.end == run.start {
                result[result.count - 1].count += run.count
            } else {
                result.append(run)
            }
        }
        return result
    }
}
