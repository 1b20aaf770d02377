import Glibc

/// A set of nodes: a bit for each node of the graph, and the members in the order in which they came.
///
/// Emptying it costs what is in it, however large the graph is.
final class NodeSet {
    /// The members, in the order in which they were inserted.
    private(set) var members: UnsafeMutablePointer<UInt64>
    private(set) var count = 0
    private var capacity = 64
    private var words: UnsafeMutablePointer<UInt64>
    private var wordCount = 0

    /// Ids above this do not fit.
    static let idMax: UInt64 = 1 << 36

    init() {
        members = .allocate(capacity: capacity)
        words = Self.zeroed(1)
    }

    deinit {
        members.deallocate()
        free(words)
    }

    /// The system gives the memory zeroed, page by page as it is touched.
    private static func zeroed(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        guard let memory = calloc(count, 8) else {
            preconditionFailure("the system has no memory for a bit a node")
        }
        return memory.bindMemory(to: UInt64.self, capacity: count)
    }

    /// Inserts nodes and writes the positions of those that were not there before, of which there is room
    /// for `count`; says how many these are. nil, and nothing is inserted, where an id does not fit.
    func insert(
        _ ids: UnsafePointer<UInt64>, count added: Int, fresh: UnsafeMutablePointer<Int32>
    ) -> Int? {
        var union: UInt64 = 0
        for index in 0..<added { union |= ids[index] }
        guard union < Self.idMax else { return nil }
        reserve(union, added)
        let (words, members) = (words, members)
        var end = count
        var found = 0
        var index = 0
        while index < added {
            let id = ids[index]
            let word = Int(truncatingIfNeeded: id &>> 6)
            let known = words[word]
            let isNew = Int(truncatingIfNeeded: ~(known &>> (id & 63)) & 1)
            words[word] = known | (1 &<< (id & 63))
            members[end] = id
            fresh[found] = Int32(truncatingIfNeeded: index)
            end &+= isNew
            found &+= isNew
            index &+= 1
        }
        count = end
        return found
    }

    /// Makes room for ids up to `union` and for `added` more members, and one.
    private func reserve(_ union: UInt64, _ added: Int) {
        let needed = Int(truncatingIfNeeded: union &>> 6) &+ 1
        if needed > wordCount {
            // The union of ids is less than twice the greatest.
            let grown = Self.zeroed(needed)
            grown.update(from: words, count: wordCount)
            free(words)
            words = grown
            wordCount = needed
        }
        if count + added + 1 > capacity {
            capacity = max(count + added + 1, capacity * 2)
            let grown = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
            grown.moveInitialize(from: members, count: count)
            members.deallocate()
            members = grown
        }
    }

    /// Forgets all members and keeps the memory.
    func removeAll() {
        for index in 0..<count { words[Int(truncatingIfNeeded: members[index] &>> 6)] = 0 }
        count = 0
    }

    /// The bytes it holds.
    var sizeInBytes: Int { wordCount * 8 + capacity * 8 }
}
